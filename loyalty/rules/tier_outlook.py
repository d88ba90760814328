"""What lies ahead of a member's tier: how far the next one is, what keeps the present one, and until when.

One answer for the desk, the patient's card, the cabinet and the messages. Kopecks; days are inclusive.
"""

from dataclasses import dataclass
from datetime import date

from loyalty.rules.compiled import CompiledProgram, DowngradePolicy, Recount, Tier
from loyalty.rules.tier_states import TierState, effective_tier
from loyalty.rules.tiers import Progress, progress_to_next, tier_for_turnover
from loyalty.rules.turnover import Turnover, counted_kopecks, counts_in_full_until, supported_until


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Without payments of so much the earned tier falls after the day."""

    tier: Tier
    missing_kopecks: int
    until: date


@dataclass(frozen=True, slots=True)
class TierOutlook:
    tier: Tier
    counted_kopecks: int  # what counts towards tiers today
    progress: Progress | None  # None at the top
    promised: Tier | None  # reached today, holds from tomorrow on: the program recounts nightly
    kept_until: date | None  # the payments made so far keep the tier to this day; None: no day is set
    at_risk: AtRisk | None
    held_until: date | None  # the tier stands above the earned one, set by hand to this day


def tier_outlook(
    program: CompiledProgram, state: TierState, *, turnover: Turnover, day: date
) -> TierOutlook | None:
    """Of a state that is settled for the day. None when the member has no tier."""
    tier = effective_tier(program, state, day=day)
    if tier is None:
        return None
    months = program.turnover_months
    counted = counted_kopecks(turnover, months=months, day=day)
    is_held = tier.code != state.earned
    return TierOutlook(
        tier=tier,
        counted_kopecks=counted,
        progress=progress_to_next(
            program,
            tier=tier.code,
            turnover_kopecks=counted,
            paid_by=counts_in_full_until(turnover, months=months, day=day),
        ),
        promised=_promised(program, tier, counted=counted),
        kept_until=None if is_held else _kept_until(program, state, tier, turnover=turnover, day=day),
        at_risk=find_risk(program, state, turnover=turnover),
        held_until=state.floor_until if is_held else None,
    )


def is_at_risk(program: CompiledProgram, state: TierState) -> bool:
    """Whether the end of the grace would be felt: no tier set by hand holds the member for longer."""
    if state.grace_until is None or state.earned not in program.tier_by_code:
        return False
    if state.floor_until is None or state.floor_until <= state.grace_until:
        return True
    floor = program.tier_by_code.get(state.floor)
    return floor is None or floor.threshold_kopecks < program.tier_by_code[state.earned].threshold_kopecks


def find_risk(program: CompiledProgram, state: TierState, *, turnover: Turnover) -> AtRisk | None:
    """What must be paid by when to keep the earned tier; None when nothing is at risk.

    As much as suffices on any day of the grace: what leaves the count by its end is missing already.
    """
    if state.grace_until is None or not is_at_risk(program, state):
        return None
    earned = program.tier_by_code[state.earned]
    counted = counted_kopecks(turnover, months=program.turnover_months, day=state.grace_until)
    missing = earned.threshold_kopecks - counted
    return AtRisk(tier=earned, missing_kopecks=missing, until=state.grace_until) if missing > 0 else None


def _promised(program: CompiledProgram, tier: Tier, *, counted: int) -> Tier | None:
    reached = tier_for_turnover(program, turnover_kopecks=counted)
    if reached is None or program.recount is not Recount.NIGHTLY:
        return None
    return reached if reached.threshold_kopecks > tier.threshold_kopecks else None


def _kept_until(
    program: CompiledProgram, state: TierState, tier: Tier, *, turnover: Turnover, day: date
) -> date | None:
    counted = counted_kopecks(turnover, months=program.turnover_months, day=day)
    if program.downgrade is DowngradePolicy.NEVER or state.grace_until or counted < tier.threshold_kopecks:
        return None
    return supported_until(
        turnover, months=program.turnover_months, day=day, threshold_kopecks=tier.threshold_kopecks
    )
