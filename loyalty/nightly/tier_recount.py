"""Tiers follow turnover and the program in force: for one, when a new version has moved the thresholds."""

from datetime import datetime

from django.db import transaction

from clinics.models import Clinic
from clinics.money import to_roubles
from loyalty.models import NightlyRun, Standing
from loyalty.nightly import journal
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.compiled import CompiledProgram


def recount_tiers(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """Lift everybody who has reached a higher tier; nobody falls while the program's policy is "never".

    One statement per tier. A payment at the same moment is safe: each row's turnover is judged as it then is.
    """
    try:
        program = current_program(at=at).program
    except NoProgram:
        return
    with transaction.atomic():
        lifted = sum(_lift(clinic, program, position) for position in range(len(program.tiers)))
        journal.add_done(run, accounts=lifted, points=0)


def _lift(clinic: Clinic, program: CompiledProgram, position: int) -> int:
    """Give the tier to all who have reached it, but not the next, and stand below it or in an unknown one."""
    tier = program.tiers[position]
    standings = Standing.objects.filter(patient__home_clinic=clinic)
    if position > 0:
        # Below the lowest threshold a member still has the lowest tier.
        standings = standings.filter(turnover__gte=to_roubles(tier.threshold_kopecks))
    if position + 1 < len(program.tiers):
        standings = standings.filter(turnover__lt=to_roubles(program.tiers[position + 1].threshold_kopecks))
    not_below = [other.code for other in program.tiers[position:]]
    return standings.exclude(tier__in=not_below).update(tier=tier.code)
