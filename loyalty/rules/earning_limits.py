"""Cuts what rules would give to what they may: the rule's own cap, then its limits, then the receipt's cap."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from clinics.money import split_by_largest_remainder
from loyalty.rules.compiled import EarningRule
from loyalty.rules.limits import Used, within_limits
from loyalty.rules.quote import EarningKind
from loyalty.rules.reasons import Reason


class Wish(NamedTuple):
    """What one rule would give on the receipt at one rate."""

    rule: EarningRule
    kind: EarningKind
    rate_bp: int
    by_line: Sequence[tuple[int, int]]  # position and base in kopecks
    base_kopecks: int
    points: int


def limit_wishes(
    wishes: Sequence[Wish], *, receipt_cap: int | None, used: Used
) -> tuple[list[int], tuple[Reason, ...]]:
    """Points given per wish (they come by rule code), and why some are fewer."""
    if receipt_cap is None and not any([wish.rule.is_limited for wish in wishes]):
        return [wish.points for wish in wishes], ()
    given: list[int] = []
    reasons: list[Reason] = []
    capped = 0
    for _code, group in groupby(wishes, key=lambda wish: wish.rule.code):
        of_rule = list(group)
        wanted = sum(wish.points for wish in of_rule)
        rule = of_rule[0].rule
        allowed = wanted if rule.cap_points is None else min(wanted, rule.cap_points)
        capped += wanted - allowed
        left, reason = within_limits(allowed, rule.limits, used)
        if reason is not None:
            reasons.append(reason)
        given += _shared(left, [wish.points for wish in of_rule])
    if receipt_cap is not None and sum(given) > receipt_cap:
        capped += sum(given) - receipt_cap
        given = split_by_largest_remainder(receipt_cap, given)
    return given, (*_capped(capped), *reasons)


def _shared(points: int, wanted: list[int]) -> list[int]:
    return wanted if points == sum(wanted) else split_by_largest_remainder(points, wanted)


def _capped(lost: int) -> Iterator[Reason]:
    if lost:
        yield Reason("earn_capped", (("lost", lost),))
