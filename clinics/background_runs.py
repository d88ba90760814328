"""Who does which asked-for run: a worker takes one under a lease, so that two never do the same, and none is lost.

Runs of one kind go one after another, the longest waiting first. Leases are measured on the database server's own
clock: hosts may disagree, and the demo's clock may be moved. What breaks off twice is said to have failed.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from clinics.models.background_run import BackgroundRun

logger = logging.getLogger(__name__)
Run = TypeVar("Run", bound=BackgroundRun)
State = BackgroundRun.State
# A worker renews it every few seconds; it outlives a database that is restarted.
LEASE = timedelta(minutes=2)
# What breaks off twice is broken, not unlucky.
MOST_ATTEMPTS = 2
LOCK = "select pg_advisory_xact_lock(hashtext(%s))"


class ClaimLost(Exception):
    """Another worker has taken the run, because this one was silent for too long."""


def do_waiting(
    *,
    claim_next: Callable[[str], Run | None],
    do: Callable[[Run, str], None],
    now: Callable[[], datetime],
) -> None:
    """Do every run that waits, one after the other. Safe to run twice, at once or again.

    `do` gets the run and the claim, and raises ClaimLost when a change under the claim finds it lost.
    """
    claim = uuid.uuid4().hex
    while run := claim_next(claim):
        try:
            do(run, claim)
        except ClaimLost:
            logger.warning("%s %s was taken over", run._meta.label, run.pk)
        except Exception:
            # One run's trouble must not keep the others waiting; its page says that it has broken off.
            logger.exception("%s %s broke off", run._meta.label, run.pk)
            give_up(run, claim=claim, at=now())


def claim_next(runs: QuerySet[Run], *, claim: str, at: datetime) -> Run | None:
    """Take the run that waits longest, or one whose worker has died; None while another worker does one.

    `runs` are all of their kind. What has died too often is said to be broken. Own transaction.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [runs.model._meta.label])
        abandoned = runs.filter(state=State.RUNNING, claimed_until__lte=Now())
        abandoned.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, finished_at=at, **_released())
        if runs.filter(state=State.RUNNING, claimed_until__gt=Now()).exists():
            return None
        run = runs.filter(Q(state=State.WAITING) | Q(state=State.RUNNING)).order_by("id").first()
        if run is None:
            return None
        # Somebody may be taking back what they have asked for: the state is read again under the row's lock.
        is_taken = runs.filter(pk=run.pk, state=run.state).update(
            state=State.RUNNING,
            started_at=at,
            attempts=F("attempts") + 1,
            claimed_by=claim,
            claimed_until=Now() + LEASE,
        )
    if not is_taken:
        return claim_next(runs, claim=claim, at=at)
    run.attempts += 1
    return run


def renew(run: BackgroundRun, *, claim: str, **progress: Any) -> None:
    """Say that the run is alive and how far. Raises ClaimLost."""
    _change(run, claim, claimed_until=Now() + LEASE, **progress)


def finish(run: BackgroundRun, *, claim: str, at: datetime, **result: Any) -> None:
    """Store the result. Raises ClaimLost."""
    _change(run, claim, state=State.DONE, finished_at=at, done=F("total"), **_released(), **result)


def fail(run: BackgroundRun, *, claim: str, at: datetime, **reason: Any) -> None:
    """For good: another try would end like this one. Raises ClaimLost."""
    _change(run, claim, state=State.FAILED, finished_at=at, **_released(), **reason)


def give_up(run: BackgroundRun, *, claim: str, at: datetime) -> None:
    """After a failure: another try, or the end."""
    if run.attempts < MOST_ATTEMPTS:
        _held(run, claim).update(state=State.WAITING, **_released())
    else:
        _held(run, claim).update(state=State.FAILED, finished_at=at, **_released())


def _change(run: BackgroundRun, claim: str, **fields: Any) -> None:
    if not _held(run, claim).update(**fields):
        raise ClaimLost


def _held(run: BackgroundRun, claim: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = type(run)._default_manager.filter(pk=run.pk, claimed_by=claim, state=State.RUNNING)
    return rows


def _released() -> dict[str, Any]:
    return {"claimed_by": "", "claimed_until": None}
