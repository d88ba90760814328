"""Which tier a turnover reaches, and how far the next one is.

Turnover is kopecks paid in money, net of refunds, as much of it as the program counts."""

from dataclasses import dataclass
from datetime import date

from loyalty.rules.compiled import CompiledProgram, Tier
from loyalty.rules.facts import MemberFacts


@dataclass(frozen=True, slots=True)
class Progress:
    next_tier: str
    missing_kopecks: int
    reached_bp: int  # share of the way from the current threshold to the next one
    paid_by: date | None = None  # last day on which no more is missing; None: no day changes the sum


def tier_for_turnover(program: CompiledProgram, *, turnover_kopecks: int) -> Tier | None:
    """The highest tier whose threshold is reached (>=); None when the program has no tiers."""
    reached = [tier for tier in program.tiers if tier.threshold_kopecks <= turnover_kopecks]
    if reached:
        return reached[-1]
    return program.tiers[0] if program.tiers else None


def tier_of_member(program: CompiledProgram, member: MemberFacts) -> Tier | None:
    """The stored tier; the turnover decides when the program does not know it."""
    stored = None if member.tier is None else program.tier_by_code.get(member.tier)
    return stored or tier_for_turnover(program, turnover_kopecks=member.turnover_kopecks)


def higher_of(*tiers: Tier | None) -> Tier | None:
    """The one with the highest threshold; None when there is none at all."""
    return max((tier for tier in tiers if tier), key=lambda tier: tier.threshold_kopecks, default=None)


def progress_to_next(
    program: CompiledProgram, *, tier: str | None, turnover_kopecks: int, paid_by: date | None = None
) -> Progress | None:
    """How far the tier above `tier` is; None at the top and in a program without tiers."""
    current = None if tier is None else program.tier_by_code.get(tier)
    floor = current.threshold_kopecks if current else 0
    above = [other for other in program.tiers if other.threshold_kopecks > max(floor, turnover_kopecks)]
    if not above:
        return None
    target = above[0].threshold_kopecks
    missing = target - turnover_kopecks
    # A tier kept after refunds may stand above the turnover; the bar then starts empty.
    walked = max(0, turnover_kopecks - floor)
    return Progress(
        next_tier=above[0].code,
        missing_kopecks=missing,
        reached_bp=walked * 10_000 // (target - floor),
        paid_by=paid_by,
    )
