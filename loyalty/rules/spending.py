"""How many points a receipt may take, and how they lie on its lines."""

from collections.abc import Sequence
from typing import NamedTuple

from clinics.money import percent_floor
from loyalty.rules.compiled import CompiledProgram, Redemption, Tier
from loyalty.rules.facts import LineFacts, MemberFacts, SpendChoice, SpendKind
from loyalty.rules.quote import SpendQuote
from loyalty.rules.reasons import Reason
from loyalty.rules.shares import Holder, share_points


class Payable(NamedTuple):
    """The lines that points may pay, and the most they may take together."""

    exclusions: tuple[Reason | None, ...]  # per line; None: eligible
    holders: tuple[Holder, ...]  # per line; without room when excluded
    cap_bp: int
    eligible_kopecks: int
    limit: int  # points


def payable_with_points(
    program: CompiledProgram,
    *,
    tier: Tier | None,
    costs: Sequence[int],
    exclusions: Sequence[Reason | None],
) -> Payable:
    """The cap is a share of what the eligible lines cost after discounts, in kopecks by line.

    A point is never cut, so a line takes what fits. Odd points go to the earlier line.
    """
    value = program.point_value_kopecks
    weights = [cost if exclusion is None else 0 for cost, exclusion in zip(costs, exclusions, strict=True)]
    rooms = [weight // value for weight in weights]
    holders = tuple(map(Holder, weights, rooms, range(len(weights))))
    cap_bp = program.redemption.cap_bp
    if tier is not None and tier.redemption_cap_bp is not None:
        cap_bp = tier.redemption_cap_bp
    eligible = sum(weights)
    by_cap = percent_floor(eligible, cap_bp) // value
    limit = min(by_cap, sum(rooms))
    return Payable(tuple(exclusions), holders, cap_bp, eligible, limit)


def exclusion_of(redemption: Redemption, line: LineFacts) -> Reason | None:
    if line.service is not None and line.service in redemption.excluded_services:
        return Reason("spend_excluded_service")
    for category in line.categories:
        if category in redemption.excluded_categories:
            return Reason("spend_excluded_category", (("category", category),))
    return None


def decide_spend(*, payable: Payable, member: MemberFacts, choice: SpendChoice) -> SpendQuote:
    """Lower the wish to what the rules and the balance allow, and say why."""
    limit = payable.limit if member.is_member else 0
    spendable = 0 if member.debt_points else member.spendable_points
    available = max(0, min(limit, spendable))
    match choice.kind:
        case SpendKind.NONE:
            requested = 0
        case SpendKind.BURNING:
            requested = member.burning_points
        case SpendKind.MAXIMUM:
            requested = available
        case SpendKind.AMOUNT:
            requested = choice.points
    return SpendQuote(
        choice=choice,
        cap_bp=payable.cap_bp,
        eligible_kopecks=payable.eligible_kopecks,
        limit=limit,
        available=available,
        requested=requested,
        points=min(requested, available),
        reasons=_why_lowered(requested=requested, limit=limit, spendable=spendable, member=member),
    )


def _why_lowered(*, requested: int, limit: int, spendable: int, member: MemberFacts) -> tuple[Reason, ...]:
    if not member.is_member:
        return (Reason("spend_not_member"),) if requested else ()
    reasons = []
    if member.debt_points:
        reasons.append(Reason("spend_debt", (("debt", member.debt_points),)))
    elif requested > spendable:
        reasons.append(Reason("spend_insufficient", (("asked", requested), ("spendable", spendable))))
    if requested > limit:
        reasons.append(Reason("spend_capped", (("asked", requested), ("limit", limit))))
    return tuple(reasons)


def spread_over_lines(points: int, payable: Payable) -> list[int]:
    """Whole points per line; nothing on excluded lines."""
    return share_points(points, payable.holders)
