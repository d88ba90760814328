"""Closes the visits that nobody has closed in the days that their program gives: no points wait for ever."""

from datetime import datetime

from django.db import transaction

from clinics import fail_points
from clinics.models import Clinic
from loyalty.models import NightlyRun, Receipt
from loyalty.nightly import journal
from loyalty.visits import close_visit


def close_forgotten_visits(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """One transaction per visit: what is closed is no longer found, so a broken night goes on where it stopped."""
    forgotten = Receipt.objects.filter(clinic=clinic, visit_closed_at=None, visit_closes_on__lte=run.day)
    for receipt_id in list(forgotten.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            closed = close_visit(receipt_id, at=at)
            fail_points.reached("nightly.in_visit")
            if not closed.is_duplicate:
                journal.add_done(run, accounts=1, points=closed.points)
