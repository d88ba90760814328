"""Releasing and burning, a slice of accounts at a time: each slice is a transaction, its locks live no longer.

What is due is read from the lots themselves, so a second worker, a repetition or a run after days of downtime
finds only what nobody has done yet.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from clinics import fail_points
from clinics.models import Clinic
from loyalty.ledger import posting
from loyalty.models import Account, NightlyRun
from loyalty.nightly import journal

SLICE = 1000
# Ids that one query sorts by clinic.
LOOKED_UP_AT_ONCE = 10_000
# A quote holds its moment for 10 minutes; what ended within them may still be confirmed.
BURNING_DELAY = timedelta(minutes=15)


def release_pending(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """Make the points available whose waiting time is over."""
    due = posting.due_releases(at=at)
    _sweep(due, clinic=clinic, run=run, act=lambda ids: posting.release_slice(account_ids=ids, at=at))


def burn_expired(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """Burn what ended more than 15 minutes before `at`."""
    cutoff = at - BURNING_DELAY
    due = posting.due_accounts(cutoff=cutoff)
    _sweep(due, clinic=clinic, run=run, act=lambda ids: posting.burn_slice(account_ids=ids, cutoff=cutoff, at=at))


def _sweep(due: list[int], *, clinic: Clinic, run: NightlyRun, act: Callable[[list[int]], posting.Slice]) -> None:
    for account_ids in _slices_of(clinic, due):
        fail_points.reached("nightly.before_slice")
        with transaction.atomic():
            done = act(account_ids)
            fail_points.reached("nightly.in_slice")
            journal.add_done(run, accounts=done.accounts, points=done.units)
        fail_points.reached("nightly.after_slice")


def _slices_of(clinic: Clinic, account_ids: list[int]) -> Iterator[list[int]]:
    """The clinic's accounts among the given ones. A household's account goes with whichever clinic comes first."""
    for start in range(0, len(account_ids), LOOKED_UP_AT_ONCE):
        ids = account_ids[start : start + LOOKED_UP_AT_ONCE]
        of_clinic = Account.objects.filter(Q(patient__home_clinic=clinic) | Q(patient=None), pk__in=ids)
        mine = list(of_clinic.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(mine), SLICE):
            yield mine[first : first + SLICE]
