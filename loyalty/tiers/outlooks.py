"""Reads what lies ahead of one member's tier: for the desk, the patient's card, the cabinet and the messages."""

from datetime import date

from loyalty.models import Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_outlook import TierOutlook, tier_outlook
from loyalty.rules.tier_states import settled
from loyalty.tiers.standing import is_due, stored_state
from loyalty.tiers.turnovers import read_turnover


def read_tier_outlook(standing: Standing, *, program: CompiledProgram, day: date) -> TierOutlook | None:
    """As of the home clinic's day, though its night has not run yet. None without tiers.

    One query where a window of months counts, none where the whole life does.
    """
    state, turnover = stored_state(standing), read_turnover(standing, program=program, day=day)
    if is_due(standing, program=program, day=day):
        state = settled(program, state, turnover=turnover, day=day)
    return tier_outlook(program, state, turnover=turnover, day=day)
