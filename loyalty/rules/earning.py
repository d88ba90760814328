"""What a receipt earns: one rule per line, points floored once per rule, rate and life over all its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clinics.money import FULL_RATE_BP, split_by_largest_remainder
from loyalty.rules.compiled import Basis, CompiledProgram, Earning, EarningRule
from loyalty.rules.facts import LineFacts
from loyalty.rules.life import last_day_of
from loyalty.rules.quote import EarningLine, EarningQuote, LotPlan, Reason

NO_RULE = Reason("earn_no_rule")


@dataclass(frozen=True, slots=True)
class Match:
    """The rule that a line earns by, or why there is none."""

    rule: EarningRule | None
    rate_bp: int
    reason: Reason | None


def match_line(earning: Earning, line: LineFacts, *, tier: str | None) -> Match:
    """A service wins over its categories, the nearest category over the others, those over a plain rule."""
    if line.service is not None and line.service in earning.by_service:
        return _matched(earning.by_service[line.service], tier, Reason("earn_excluded_service"))
    for category in line.categories:
        if category in earning.by_category:
            excluded = Reason("earn_excluded_category", (("category", category),))
            return _matched(earning.by_category[category], tier, excluded)
    return _matched(earning.plain, tier, NO_RULE)


def _matched(rule: EarningRule | None, tier: str | None, reason: Reason) -> Match:
    if rule is None:
        return Match(None, 0, reason)
    return Match(rule, rule.effect.rate_for(tier), None)


def earn(
    *,
    program: CompiledProgram,
    lines: Sequence[LineFacts],
    matches: Sequence[Match],
    money: Sequence[int],
    day: date,
) -> tuple[EarningQuote, ...]:
    """The earnings of a receipt, by rule code; `money` is what each line costs in kopecks of money."""
    bases: dict[tuple[str, int], list[tuple[int, int]]] = {}
    rules: dict[str, EarningRule] = {}
    for line, match, paid in zip(lines, matches, money, strict=True):
        if match.rule is None:
            continue
        base = paid if program.earning.basis is Basis.MONEY else line.price_kopecks
        rules[match.rule.code] = match.rule
        bases.setdefault((match.rule.code, match.rate_bp), []).append((line.position, base))
    exact = {
        key: percent_points(sum(base for _, base in by_line), rate_bp=key[1], value=program.point_value_kopecks)
        for key, by_line in sorted(bases.items())
    }
    given = _capped(exact, rules, program.earning.cap_points)
    return tuple(
        _earning_quote(
            program,
            rules[key[0]],
            rate_bp=key[1],
            by_line=bases[key],
            given=given[key],
            exact=points,
            day=day,
        )
        for key, points in exact.items()
        if points
    )


def percent_points(base_kopecks: int, *, rate_bp: int, value: int) -> int:
    """Whole points worth `rate_bp` of the base, rounded down; `value` is kopecks per point."""
    return base_kopecks * rate_bp // (FULL_RATE_BP * value)


def _capped(
    exact: Mapping[tuple[str, int], int], rules: Mapping[str, EarningRule], receipt_cap: int | None
) -> dict[tuple[str, int], int]:
    """Each rule's own cap first, then the receipt's, shared among the rules in proportion."""
    given = {}
    for key, points in exact.items():
        cap = rules[key[0]].cap_points
        given[key] = points if cap is None else min(points, cap)
    if receipt_cap is None or sum(given.values()) <= receipt_cap:
        return given
    return dict(zip(given, split_by_largest_remainder(receipt_cap, list(given.values())), strict=True))


def _earning_quote(
    program: CompiledProgram,
    rule: EarningRule,
    *,
    rate_bp: int,
    by_line: Sequence[tuple[int, int]],
    given: int,
    exact: int,
    day: date,
) -> EarningQuote:
    shares = split_by_largest_remainder(given, [base for _, base in by_line])
    available_on = day + timedelta(days=rule.pending_days)
    return EarningQuote(
        rule_code=rule.code,
        rate_bp=rate_bp,
        basis=program.earning.basis,
        base_kopecks=sum(base for _, base in by_line),
        points=given,
        exact_points=exact,
        lines=tuple(
            EarningLine(position, points, base) for (position, base), points in zip(by_line, shares, strict=True)
        ),
        life=rule.life,
        # The life starts when the points become available.
        last_day=last_day_of(rule.life, given_on=available_on),
        available_on=available_on,
    )


def plan_lots(earnings: Sequence[EarningQuote]) -> tuple[LotPlan, ...]:
    """One lot for the points that become available and burn together, soonest first, undated last."""
    groups: dict[tuple[date | None, date], list[EarningQuote]] = {}
    for earning in earnings:
        if earning.points:
            groups.setdefault((earning.last_day, earning.available_on), []).append(earning)
    order = sorted(groups, key=lambda key: (key[0] is None, key[0] or date.min, key[1]))
    return tuple(
        LotPlan(
            points=sum(earning.points for earning in groups[key]),
            last_day=key[0],
            available_on=key[1],
            rule_codes=tuple(earning.rule_code for earning in groups[key]),
        )
        for key in order
    )
