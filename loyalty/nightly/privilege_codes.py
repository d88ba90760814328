"""Codes that nobody used in time: their points go back, a code a transaction."""

from datetime import datetime

from django.db import transaction

from clinics.models import Clinic
from loyalty.models import NightlyRun
from loyalty.nightly import journal
from loyalty.nightly.point_sweeps import BURNING_DELAY
from loyalty.privileges.returning import due_codes, return_unused

SLICE = 500


def return_unused_codes(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """What ended more than 15 minutes before `at`: a quote of before midnight may still be confirmed."""
    cutoff = at - BURNING_DELAY
    last_id = 0
    while ids := due_codes(clinic_id=clinic.pk, cutoff=cutoff, after_id=last_id, most=SLICE):
        for code_id in ids:
            with transaction.atomic():
                points = return_unused(code_id, cutoff=cutoff, at=at)
                if points:
                    journal.add_done(run, accounts=1, points=points)
        last_id = ids[-1]
