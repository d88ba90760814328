"""What a receipt earns: the rules that mean a line, points floored once per rule and rate over all its lines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from clinics.money import FULL_RATE_BP, split_by_largest_remainder
from loyalty.rules.compiled import (
    Basis,
    CompiledProgram,
    Earning,
    EarningMode,
    EarningRule,
    FixedEffect,
    MultiplierEffect,
    PercentEffect,
)
from loyalty.rules.conditions import ANYTHING, NEAREST_CATEGORY, SERVICE, Situation
from loyalty.rules.earning_limits import Wish, limit_wishes
from loyalty.rules.facts import LineFacts
from loyalty.rules.life import LifeKind, Opening, PendingFrom
from loyalty.rules.limits import Used
from loyalty.rules.quote import EarningKind, EarningLine, EarningQuote, LotPlan
from loyalty.rules.reasons import Reason
from loyalty.rules.rule_book import Matching, remember

NO_RULE = Reason("earn_no_rule")
NOTHING_PAID = Reason("nothing_paid")


class Share(NamedTuple):
    """A rule that a line earns by; the rate is 0 for fixed points."""

    rule: EarningRule
    rate_bp: int


class Match(NamedTuple):
    """The rules that a line earns by, or why there are none."""

    shares: tuple[Share, ...]
    reason: Reason | None


class Earned(NamedTuple):
    """Wishes by rule code and rate, and how many points of each are given."""

    wishes: Sequence[Wish]
    given: Sequence[int]
    reasons: tuple[Reason, ...]  # about the receipt: what limits cut

    @property
    def failures(self) -> dict[str, Reason]:
        """By rule code: rules that were looked at and give nothing."""
        if all(wish.points for wish in self.wishes):
            return {}
        giving = {wish.rule.code for wish in self.wishes if wish.points}
        return {wish.rule.code: NOTHING_PAID for wish in self.wishes if wish.rule.code not in giving}


def match_lines(
    earning: Earning, situation: Situation, lines: Sequence[LineFacts]
) -> tuple[list[Match], dict[str, Reason]]:
    """A match per line, and why rules that were looked at do not count."""
    matching = Matching(earning.book, situation)
    matches = [_match_line(earning, matching, line, tier=situation.tier) for line in lines]
    counted = {share.rule.code for match in matches for share in match.shares}
    return matches, {code: reason for code, reason in matching.failures.items() if code not in counted}


def _match_line(earning: Earning, matching: Matching[EarningRule], line: LineFacts, *, tier: str | None) -> Match:
    """Worked out once for lines that are alike to the rules."""
    key = (matching.key_of(line), tier)
    known: tuple[Match, dict[str, Reason]] | None = earning.remembered.get(key)
    if known is None:
        outranked: dict[str, Reason] = {}
        known = _work_out(earning, matching.rules_for(line), line, tier=tier, outranked=outranked), outranked
        remember(earning.remembered, key, known)
    for code, reason in known[1].items():
        matching.failures.setdefault(code, reason)
    return known[0]


def _work_out(
    earning: Earning,
    found: list[tuple[EarningRule, int]],
    line: LineFacts,
    *,
    tier: str | None,
    outranked: dict[str, Reason],
) -> Match:
    excluded_at, reason = _exclusion(earning, line)
    if excluded_at >= ANYTHING:
        found = [(rule, near) for rule, near in found if near > excluded_at]
    chosen = _choose(found, earning.modes, outranked)
    shares = [Share(rule, rule.effect.rate_for(tier)) for rule in chosen if isinstance(rule.effect, PercentEffect)]
    if len(shares) < len(chosen):
        shares += _shares_beside(chosen, whole_rate=sum(share.rate_bp for share in shares))
    return Match(tuple(shares), None if shares else reason)


def _shares_beside(chosen: Sequence[EarningRule], *, whole_rate: int) -> Iterator[Share]:
    """Of the rules that give no percent of their own."""
    for rule in chosen:
        match rule.effect:
            case FixedEffect():
                yield Share(rule, 0)
            case MultiplierEffect() if whole_rate:
                yield Share(rule, rule.effect.rate_over(whole_rate))


def _exclusion(earning: Earning, line: LineFacts) -> tuple[int, Reason]:
    """How near an exclusion is to the line; below any rule when there is none."""
    if line.service is not None and line.service in earning.excluded_services:
        return SERVICE, Reason("earn_excluded_service")
    for depth, category in enumerate(line.categories):
        if category in earning.excluded_categories:
            return NEAREST_CATEGORY - depth, Reason("earn_excluded_category", (("category", category),))
    return ANYTHING - 1, NO_RULE


def _choose(
    found: Sequence[tuple[EarningRule, int]], modes: Mapping[str, EarningMode], failures: dict[str, Reason]
) -> list[EarningRule]:
    """Of a first-match group the best rule, and of its multipliers the best one; of an add-up group all."""
    if len(found) == 1:
        return [found[0][0]]
    chosen: list[EarningRule] = []
    firsts: dict[tuple[str, bool], EarningRule] = {}
    add_up = EarningMode.ADD_UP
    for rule, _near in sorted(found, key=_precedence):
        if modes[rule.group] is not add_up:
            kind = (rule.group, isinstance(rule.effect, MultiplierEffect))
            first = firsts.setdefault(kind, rule)
            if first is not rule:
                failures.setdefault(rule.code, Reason("another_first", (("other", first.code),)))
                continue
        chosen.append(rule)
    return chosen


def _precedence(found: tuple[EarningRule, int]) -> tuple[int, int, bool, str]:
    rule, near = found
    return -rule.priority, -near, not (rule.conditions.checks or rule.conditions.doctors), rule.code


def earn(
    *,
    program: CompiledProgram,
    lines: Sequence[LineFacts],
    matches: Sequence[Match],
    costs: Sequence[int],
    money: Sequence[int],
    used: Used,
) -> Earned:
    """What a receipt earns.

    `costs` is what each line costs after discounts and `money` what of it is paid in money, both in kopecks.
    """
    bases = money if program.earning.basis is Basis.MONEY else costs
    wishes = _wishes(lines, matches, bases, value=program.point_value_kopecks)
    given, reasons = limit_wishes(wishes, receipt_cap=program.earning.cap_points, used=used)
    return Earned(wishes, given, reasons)


def percent_points(base_kopecks: int, *, rate_bp: int, value: int) -> int:
    """Whole points worth `rate_bp` of the base, rounded down; `value` is kopecks per point."""
    return base_kopecks * rate_bp // (FULL_RATE_BP * value)


def _wishes(
    lines: Sequence[LineFacts], matches: Sequence[Match], bases: Sequence[int], *, value: int
) -> list[Wish]:
    """What the rules would give without limits, by rule code and rate."""
    rules: dict[str, EarningRule] = {}
    by_line: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for line, match, base in zip(lines, matches, bases, strict=True):
        part = (line.position, base)
        for rule, rate in match.shares:
            rules[rule.code] = rule
            by_line.setdefault((rule.code, rate), []).append(part)
    return [_wish(rules[code], rate, parts, value=value) for (code, rate), parts in sorted(by_line.items())]


def _wish(rule: EarningRule, rate_bp: int, by_line: list[tuple[int, int]], *, value: int) -> Wish:
    base = sum([part for _position, part in by_line])
    match rule.effect:
        case PercentEffect() | MultiplierEffect():
            points = percent_points(base, rate_bp=rate_bp, value=value)
            return Wish(rule, EarningKind.PERCENT, rate_bp, by_line, base, points)
        case FixedEffect(points=points, per="line"):
            paid = [(position, part) for position, part in by_line if part]
            return Wish(rule, EarningKind.LINE, 0, paid, base, points * len(paid))
        case FixedEffect(points=points):
            return Wish(rule, EarningKind.VISIT, 0, by_line, base, points if base else 0)


def tell_earnings(earned: Earned, *, basis: Basis, day: date) -> tuple[EarningQuote, ...]:
    """What is earned, rule by rule and line by line; rules that wished for nothing are left out."""
    return tuple(
        _earning_quote(wish, points=points, basis=basis, day=day)
        for wish, points in zip(earned.wishes, earned.given, strict=True)
        if wish.points
    )


def _earning_quote(wish: Wish, *, points: int, basis: Basis, day: date) -> EarningQuote:
    rule = wish.rule
    by_line = sorted(wish.by_line)
    # Fixed points per line lie evenly on the lines, all others in proportion to what was paid.
    is_even = wish.kind is EarningKind.LINE
    shares = split_by_largest_remainder(points, [1 if is_even else base for _position, base in by_line])
    return EarningQuote(
        rule_code=rule.code,
        kind=wish.kind,
        rate_bp=wish.rate_bp,
        basis=basis,
        base_kopecks=wish.base_kopecks,
        points=points,
        exact_points=wish.points,
        lines=tuple(
            [EarningLine(position, share, base) for (position, base), share in zip(by_line, shares, strict=True)]
        ),
        life=rule.opening.life,
        last_day=rule.opening.last_day(day),
        available_on=rule.opening.available_on(day),
        on_closing=_on_closing(rule),
    )


def _on_closing(rule: EarningRule) -> Opening | None:
    return rule.opening if rule.pending_from is PendingFrom.VISIT_CLOSED else None


class _Days(NamedTuple):
    """What points of one lot have in common."""

    last_day: date | None
    available_on: date
    never_burns: bool
    on_closing: Opening | None


def plan_lots(earned: Earned, *, day: date) -> tuple[LotPlan, ...]:
    """One lot for the points that become available and burn together, soonest first, undated last."""
    known: dict[int, _Days] = {}
    groups: dict[_Days, list[tuple[str, int]]] = {}
    for wish, points in zip(earned.wishes, earned.given, strict=True):
        if points:
            rule = wish.rule
            days = known.get(rule.lot_kind)
            if days is None:
                days = known[rule.lot_kind] = _days_of(rule, day)
            groups.setdefault(days, []).append((rule.code, points))
    order = sorted(groups, key=_soonest_first) if len(groups) > 1 else groups
    return tuple(
        [
            LotPlan(
                points=sum([points for _code, points in groups[days]]),
                last_day=days.last_day,
                available_on=days.available_on,
                rule_codes=tuple([code for code, _points in groups[days]]),
                never_burns=days.never_burns,
                on_closing=days.on_closing,
            )
            for days in order
        ]
    )


def _days_of(rule: EarningRule, day: date) -> _Days:
    opening = rule.opening
    never_burns = opening.life.kind is LifeKind.NONE
    return _Days(opening.last_day(day), opening.available_on(day), never_burns, _on_closing(rule))


def _soonest_first(days: _Days) -> tuple[Any, ...]:
    """What waits for its visit comes after what burns on the same day."""
    last_day, available_on, never_burns, on_closing = days
    waits = () if on_closing is None else (on_closing.life.kind, on_closing.life.length, on_closing.pending_days)
    return last_day is None, last_day or date.min, available_on, never_burns, waits
