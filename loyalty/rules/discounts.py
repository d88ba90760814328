"""Automatic discounts, then the approved manual one: what comes off each line before points pay.

Groups apply one after the other, each to what a line costs by then. Inside a group a line is reduced by one
promotion (exclusive, best of) or by all in turn (sequential). Every reduction is rounded once, half up to the
kopeck, and split over its lines by largest remainder; no line goes below zero. Amounts are kopecks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from clinics.money import FULL_RATE_BP, half_up, split_by_largest_remainder
from loyalty.rules.compiled import DiscountEffect, DiscountKind, DiscountMode, Discounts, Promotion
from loyalty.rules.conditions import Situation
from loyalty.rules.facts import LineFacts
from loyalty.rules.limits import Used, within_limits
from loyalty.rules.reasons import Reason
from loyalty.rules.rule_book import Matching, remember

MANUAL = "manual"
GIVES_NOTHING = Reason("gives_nothing")


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """`kopecks` per line, in the order of the lines given."""

    code: str
    kopecks: tuple[int, ...]

    @property
    def total_kopecks(self) -> int:
        return sum(self.kopecks)


class Discounted(NamedTuple):
    costs: tuple[int, ...]  # per line, after all discounts
    applied: tuple[AppliedDiscount, ...]  # in the order in which they came off
    reasons: tuple[Reason, ...]  # about the receipt: what limits cut
    failures: Mapping[str, Reason]  # by promotion code: looked at, but takes nothing off


@dataclass(slots=True)
class _Till:
    """The receipt while discounts come off it."""

    lines: Sequence[LineFacts]
    costs: list[int]
    turnover_kopecks: int
    used: Used
    applied: list[AppliedDiscount] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    failures: dict[str, Reason] = field(default_factory=dict)

    def take_off(self, code: str, kopecks: Sequence[int]) -> None:
        if any(kopecks):
            self.applied.append(AppliedDiscount(code, tuple(kopecks)))
            self.costs = [cost - part for cost, part in zip(self.costs, kopecks, strict=True)]

    def allowed(self, promotion: Promotion, kopecks: list[int]) -> list[int]:
        """Reductions within the promotion's limits."""
        wanted = sum(kopecks)
        given, reason = within_limits(wanted, promotion.limits, self.used)
        if reason is None:
            return kopecks
        if given:
            self.reasons.append(reason)
        else:
            self.failures[promotion.code] = reason
        return split_by_largest_remainder(given, kopecks)


Matches = Mapping[str, Sequence[int]]  # promotion code -> indices of the lines it means


def match_promotions(
    discounts: Discounts, situation: Situation, lines: Sequence[LineFacts]
) -> tuple[list[tuple[Promotion, ...]], dict[str, Reason]]:
    """The promotions that mean each line, by code, and why others that were looked at do not apply."""
    if not discounts.promotions:
        return [()] * len(lines), {}
    matching = Matching(discounts.book, situation)
    return [_match_line(discounts, matching, line) for line in lines], matching.failures


def _match_line(discounts: Discounts, matching: Matching[Promotion], line: LineFacts) -> tuple[Promotion, ...]:
    """Worked out once for lines that are alike to the promotions."""
    key = matching.key_of(line)
    known: tuple[Promotion, ...] | None = discounts.remembered.get(key)
    if known is None:
        known = tuple(sorted((rule for rule, _near in matching.rules_for(line)), key=lambda rule: rule.code))
        remember(discounts.remembered, key, known)
    return known


def apply_discounts(
    *,
    discounts: Discounts,
    lines: Sequence[LineFacts],
    matches: Sequence[tuple[Promotion, ...]],
    turnover_kopecks: int,
    manual_bp: int,
    used: Used,
) -> Discounted:
    """`lines` come in the order in which odd kopecks are given out."""
    if not manual_bp and not any(matches):
        return Discounted(tuple([line.price_kopecks for line in lines]), (), (), {})
    till = _Till(lines, [line.price_kopecks for line in lines], turnover_kopecks, used)
    meant: dict[str, list[int]] = {}
    promotions: dict[str, Promotion] = {}
    for index, match in enumerate(matches):
        for promotion in match:
            promotions[promotion.code] = promotion
            meant.setdefault(promotion.code, []).append(index)
    ordered = sorted(promotions.values(), key=lambda rule: (-rule.priority, rule.code))
    for group, mode in discounts.groups if ordered else ():
        MODES[mode](till, [rule for rule in ordered if rule.group == group], meant)
    for code in promotions.keys() - {discount.code for discount in till.applied}:
        till.failures.setdefault(code, GIVES_NOTHING)
    if manual_bp:
        till.take_off(MANUAL, _share(manual_bp, till.costs))
    return Discounted(tuple(till.costs), tuple(till.applied), tuple(till.reasons), till.failures)


def _exclusive(till: _Till, members: Sequence[Promotion], meant: Matches) -> None:
    taken: dict[int, str] = {}
    for promotion in members:
        free = [index for index in meant[promotion.code] if index not in taken]
        if not free:
            first = taken[meant[promotion.code][0]]
            till.failures[promotion.code] = Reason("another_first", (("other", first),))
        parts = till.allowed(promotion, _reductions(promotion.effect, till, free))
        till.take_off(promotion.code, parts)
        # A promotion that takes nothing off a line leaves it to the next one.
        taken |= {index: promotion.code for index in free if parts[index]}


def _best_of(till: _Till, members: Sequence[Promotion], meant: Matches) -> None:
    alone = {rule.code: till.allowed(rule, _reductions(rule.effect, till, meant[rule.code])) for rule in members}
    winners = {
        index: best for index in range(len(till.lines)) if (best := _best(members, alone, index)) is not None
    }
    reductions = []
    for promotion in members:
        won = [index for index, best in winners.items() if best is promotion]
        if won:
            reductions.append((promotion.code, _won(promotion, till, won, alone[promotion.code])))
        elif rival := next((winners[index] for index in meant[promotion.code] if index in winners), None):
            till.failures.setdefault(promotion.code, Reason("another_better", (("other", rival.code),)))
    for code, parts in reductions:
        till.take_off(code, parts)


def _best(members: Sequence[Promotion], alone: Mapping[str, Sequence[int]], index: int) -> Promotion | None:
    """Which takes most off a line; of equal ones the first."""
    if not members:
        return None
    best = max(members, key=lambda rule: alone[rule.code][index])
    return best if alone[best.code][index] else None


def _won(promotion: Promotion, till: _Till, won: Sequence[int], alone: Sequence[int]) -> list[int]:
    """What a promotion takes off the lines it has won; a percentage is rounded once over just those."""
    parts = [part if index in won else 0 for index, part in enumerate(alone)]
    if promotion.effect.kind not in (DiscountKind.PERCENT, DiscountKind.TURNOVER):
        return parts
    fresh = _reductions(promotion.effect, till, won)
    # Never more than its limits have let through.
    return fresh if sum(fresh) <= sum(alone) else parts


def _sequential(till: _Till, members: Sequence[Promotion], meant: Matches) -> None:
    for promotion in members:
        wanted = _reductions(promotion.effect, till, meant[promotion.code])
        till.take_off(promotion.code, till.allowed(promotion, wanted))


MODES: dict[DiscountMode, Callable[[_Till, Sequence[Promotion], Matches], None]] = {
    DiscountMode.EXCLUSIVE: _exclusive,
    DiscountMode.BEST_OF: _best_of,
    DiscountMode.SEQUENTIAL: _sequential,
}


def _reductions(effect: DiscountEffect, till: _Till, indices: Sequence[int]) -> list[int]:
    """What an effect takes off each line of the receipt when it means those of the indices."""
    parts = [0] * len(till.lines)
    if not indices:
        return parts
    costs = [till.costs[index] for index in indices]
    match effect.kind:
        case DiscountKind.PERCENT:
            own = _share(effect.rate_bp, costs)
        case DiscountKind.TURNOVER:
            own = _share(_reached_bp(effect, till.turnover_kopecks), costs)
        case DiscountKind.AMOUNT:
            own = split_by_largest_remainder(min(effect.kopecks, sum(costs)), costs)
        case DiscountKind.FIXED_PRICE:
            wanted = [effect.kopecks * till.lines[index].quantity for index in indices]
            own = [max(0, cost - price) for cost, price in zip(costs, wanted, strict=True)]
        case DiscountKind.FREE_LINE:
            order = sorted(range(len(costs)), key=lambda i: costs[i])
            free = [i for i in order if costs[i]][: effect.lines]
            own = [cost if i in free else 0 for i, cost in enumerate(costs)]
    for index, part in zip(indices, own, strict=True):
        parts[index] = part
    return parts


def _share(rate_bp: int, costs: Sequence[int]) -> list[int]:
    return split_by_largest_remainder(half_up(sum(costs) * rate_bp, FULL_RATE_BP), costs)


def _reached_bp(effect: DiscountEffect, turnover_kopecks: int) -> int:
    return next((rate for least, rate in effect.rate_bp_by_turnover if turnover_kopecks >= least), 0)
