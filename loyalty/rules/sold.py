"""A posted receipt as refunds see it: what its lines cost, what rules gave on it, what went back before.

What a line cost is what points and money paid together: its price after discounts, in kopecks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from loyalty.rules.compiled import Basis
from loyalty.rules.earning import percent_points
from loyalty.rules.quote import EarningKind, EarningLine


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A receipt line as posted, and what went back before."""

    position: int
    points: int  # spent on it
    money_kopecks: int  # paid for it
    refunded_kopecks: int = 0  # of its price
    returned_points: int = 0
    returned_money_kopecks: int = 0

    def price_kopecks(self, value: int) -> int:
        return self.points * value + self.money_kopecks

    def left_kopecks(self, value: int) -> int:
        return self.price_kopecks(value) - self.refunded_kopecks


class AwardKind(StrEnum):
    PERCENT = "percent"  # kept: the rate of what is still paid, rounded down
    SHARE = "share"  # cut by a cap or budget, or fixed per line: kept in proportion to what is still paid
    WHOLE = "whole"  # fixed per visit, one-off gifts: goes back only when everything does


@dataclass(frozen=True, slots=True)
class GivenAward:
    """What one rule gave on the receipt at one rate."""

    rule_code: str
    kind: AwardKind
    points: int  # given
    rate_bp: int  # of a PERCENT award
    basis: Basis
    base_kopecks: int  # at first, over all its lines
    positions: tuple[int, ...]  # all lines of its base, those with 0 points included


def awards_given(
    *, rule_code: str, kind: EarningKind, rate_bp: int, basis: Basis, lines: Sequence[EarningLine], value: int
) -> tuple[GivenAward, ...]:
    """What a rule gave at one rate, as refunds take it back; `value` is kopecks per point."""
    base = sum(line.base_kopecks for line in lines)
    points = sum(line.points for line in lines)
    if kind is EarningKind.LINE:
        # Every line has its own fixed points: refunding one leaves the others alone.
        return tuple(
            GivenAward(rule_code, AwardKind.SHARE, line.points, 0, basis, line.base_kopecks, (line.position,))
            for line in lines
        )
    if kind is EarningKind.VISIT:
        award = AwardKind.WHOLE
    else:
        # What a cap has cut is kept in proportion: the rate alone would give back too much.
        exact = percent_points(base, rate_bp=rate_bp, value=value)
        award = AwardKind.PERCENT if points == exact else AwardKind.SHARE
    positions = tuple(line.position for line in lines)
    return (GivenAward(rule_code, award, points, rate_bp, basis, base, positions),)


@dataclass(frozen=True, slots=True)
class GivenDiscount:
    """What one promotion took off one line."""

    promotion_code: str
    position: int
    kopecks: int


@dataclass(frozen=True, slots=True)
class SoldReceipt:
    lines: tuple[SoldLine, ...]
    awards: tuple[GivenAward, ...]
    point_value_kopecks: int
    discounts: tuple[GivenDiscount, ...] = ()
    is_refunded: bool = False  # in full: of a receipt that cost nothing the lines do not tell it

    @property
    def left_kopecks(self) -> int:
        return sum(line.left_kopecks(self.point_value_kopecks) for line in self.lines)
