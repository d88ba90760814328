"""A standing's tier as a state of the rules, and back.

A stored state is as the last night left it. Whoever reads a tier settles it for the day first, so that a night
that has not run yet changes nothing that anybody sees.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from loyalty.models import Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_states import TierState, effective_tier, settled
from loyalty.rules.tiers import tier_for_turnover
from loyalty.rules.turnover import Turnover
from loyalty.tiers.turnovers import read_turnover

TIER_FIELDS = (
    "tier", "earned_tier", "grace_until", "floor_tier", "floor_until", "tier_due_on", "tier_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TierMark:
    """What the patient has been told of their tier so far."""

    tier: str
    grace_until: date | None


def mark_of(standing: Standing) -> TierMark:
    return TierMark(tier=standing.tier, grace_until=standing.grace_until)


def first_tier(program: CompiledProgram) -> dict[str, Any]:
    """The tier fields of a new standing."""
    lowest = tier_for_turnover(program, turnover_kopecks=0)
    code = lowest.code if lowest else ""
    return {"tier": code, "earned_tier": code, "tier_key": program.tier_key}


def stored_state(standing: Standing) -> TierState:
    return TierState(
        earned=standing.earned_tier,
        grace_until=standing.grace_until,
        floor=standing.floor_tier,
        floor_until=standing.floor_until,
        due_on=standing.tier_due_on,
    )


def put_state(standing: Standing, state: TierState, *, program: CompiledProgram, day: date) -> None:
    """Set the fields of the row, which is not saved here."""
    tier = effective_tier(program, state, day=day)
    # A program without tiers forgets nobody's: the next one may have them again.
    standing.tier = tier.code if tier else standing.tier
    standing.earned_tier = state.earned
    standing.grace_until = state.grace_until
    standing.floor_tier = state.floor
    standing.floor_until = state.floor_until
    standing.tier_due_on = state.due_on
    if program.tiers:
        standing.tier_key = program.tier_key


def is_due(standing: Standing, *, program: CompiledProgram, day: date) -> bool:
    """Whether the stored state is not that of the day: its night has not run, or the program is a new one."""
    is_overdue = standing.tier_due_on is not None and standing.tier_due_on <= day
    return (is_overdue and bool(program.tiers)) or not is_judged_alike(standing, program=program)


def is_judged_alike(standing: Standing, *, program: CompiledProgram) -> bool:
    """Whether the program that judged last had the same tiers. One without tiers judges nobody."""
    return not program.tiers or standing.tier_key == program.tier_key


def bring_to_day(standing: Standing, *, program: CompiledProgram, day: date) -> Turnover | None:
    """Set the tier of the day, unsaved; what had to be read for it, None when the stored one is right.

    A query only when it is not, and a window of months counts.
    """
    if not is_due(standing, program=program, day=day):
        return None
    turnover = read_turnover(standing, program=program, day=day)
    state = settled(program, stored_state(standing), turnover=turnover, day=day)
    put_state(standing, state, program=program, day=day)
    return turnover
