"""What a refund gives back and takes back: exact for any number of slices, by line or by amount.

Amounts are kopecks of price: what points paid and what money paid together. Pure: the receipt's lines
and awards as they were posted, plus what was refunded before, in; a plan out. Which lots the returned
points go to, and what happens when earned points are already spent, is the ledger's business.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from clinics.money import split_by_largest_remainder
from loyalty.rules.compiled import Basis
from loyalty.rules.earning import percent_points


class NothingLeft(Exception):
    """The receipt has been refunded in full before, or the request is empty."""


class UnknownLine(Exception):
    def __init__(self, position: int) -> None:
        super().__init__(f"the receipt has no line {position}")
        self.position = position


class MoreThanLeft(Exception):
    """Asked for more than is left; `position` is None for a refund by amount."""

    def __init__(self, *, position: int | None, asked_kopecks: int, left_kopecks: int) -> None:
        super().__init__(f"asked {asked_kopecks}, left {left_kopecks}")
        self.position = position
        self.asked_kopecks = asked_kopecks
        self.left_kopecks = left_kopecks


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


@dataclass(frozen=True, slots=True)
class SoldReceipt:
    lines: tuple[SoldLine, ...]
    awards: tuple[GivenAward, ...]
    point_value_kopecks: int

    @property
    def left_kopecks(self) -> int:
        return sum(line.left_kopecks(self.point_value_kopecks) for line in self.lines)


@dataclass(frozen=True, slots=True)
class LineRefund:
    position: int
    refunded_kopecks: int  # of the line's price, in this refund
    points: int  # go back to the member
    money_kopecks: int  # go back to the member


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Earned points that this refund takes back from what one rule gave."""

    rule_code: str
    rate_bp: int
    points: int


@dataclass(frozen=True, slots=True)
class RefundPlan:
    lines: tuple[LineRefund, ...]  # only those that the refund touches
    take_backs: tuple[TakeBack, ...]  # only those above zero
    is_complete: bool  # nothing is left to refund after it
    is_whole: bool  # this refund alone undoes the receipt

    @property
    def refunded_kopecks(self) -> int:
        return sum(line.refunded_kopecks for line in self.lines)

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)

    @property
    def money_kopecks(self) -> int:
        return sum(line.money_kopecks for line in self.lines)

    @property
    def taken_points(self) -> int:
        return sum(take_back.points for take_back in self.take_backs)


def plan_full_refund(receipt: SoldReceipt) -> RefundPlan:
    """Everything that is left. Raises NothingLeft."""
    value = receipt.point_value_kopecks
    return _plan(receipt, {line.position: line.left_kopecks(value) for line in receipt.lines})


def plan_lines_refund(receipt: SoldReceipt, positions: Collection[int]) -> RefundPlan:
    """What is left of some lines. Raises UnknownLine and NothingLeft."""
    left = {line.position: line.left_kopecks(receipt.point_value_kopecks) for line in receipt.lines}
    unknown = [position for position in positions if position not in left]
    if unknown:
        raise UnknownLine(unknown[0])
    return _plan(receipt, {position: left[position] for position in positions})


def plan_part_of_lines_refund(receipt: SoldReceipt, kopecks: Mapping[int, int]) -> RefundPlan:
    """An amount per line. Raises UnknownLine, MoreThanLeft and NothingLeft."""
    return _plan(receipt, kopecks)


def plan_amount_refund(receipt: SoldReceipt, *, kopecks: int) -> RefundPlan:
    """An amount, spread over the lines by what is left on them. Raises MoreThanLeft and NothingLeft."""
    left = [line.left_kopecks(receipt.point_value_kopecks) for line in receipt.lines]
    if kopecks > sum(left):
        raise MoreThanLeft(position=None, asked_kopecks=kopecks, left_kopecks=sum(left))
    if kopecks <= 0:
        raise NothingLeft
    shares = split_by_largest_remainder(kopecks, left)
    return _plan(receipt, {line.position: share for line, share in zip(receipt.lines, shares, strict=True)})


def after_refund(receipt: SoldReceipt, plan: RefundPlan) -> SoldReceipt:
    """The receipt as the next refund will find it."""
    touched = {line.position: line for line in plan.lines}
    return replace(receipt, lines=tuple(_after(line, touched.get(line.position)) for line in receipt.lines))


def _plan(receipt: SoldReceipt, kopecks: Mapping[int, int]) -> RefundPlan:
    known = {line.position: line for line in receipt.lines}
    value = receipt.point_value_kopecks
    for position, amount in kopecks.items():
        if position not in known:
            raise UnknownLine(position)
        left = known[position].left_kopecks(value)
        if not 0 <= amount <= left:
            raise MoreThanLeft(position=position, asked_kopecks=amount, left_kopecks=left)
    lines = tuple(
        _line_refund(line, kopecks[line.position], value=value)
        for line in receipt.lines
        if kopecks.get(line.position)
    )
    if not lines:
        raise NothingLeft
    draft = RefundPlan(lines, (), is_complete=False, is_whole=False)
    after = after_refund(receipt, draft)
    is_complete = after.left_kopecks == 0
    return replace(
        draft,
        take_backs=_take_backs(receipt, after),
        is_complete=is_complete,
        is_whole=is_complete and not any(line.refunded_kopecks for line in receipt.lines),
    )


def _line_refund(line: SoldLine, kopecks: int, *, value: int) -> LineRefund:
    """Points back so far = floor(points x refunded / price), money is the rest.

    A slice smaller than a point could then cost the member money, and the last one could return more money than
    was paid; such a slice moves its point to a neighbouring slice instead. The sum stays exact.
    """
    refunded = line.refunded_kopecks + kopecks
    wanted = line.points * refunded // line.price_kopecks(value)
    fewest = -((line.money_kopecks - refunded) // value)  # else more money goes back than was paid
    most = min(line.points, (refunded - line.returned_money_kopecks) // value)  # else the member would pay
    points = max(line.returned_points, min(max(wanted, fewest), most))
    money = min(line.money_kopecks, refunded - points * value)
    return LineRefund(
        position=line.position,
        refunded_kopecks=kopecks,
        points=points - line.returned_points,
        money_kopecks=money - line.returned_money_kopecks,
    )


def _after(line: SoldLine, refund: LineRefund | None) -> SoldLine:
    if refund is None:
        return line
    return replace(
        line,
        refunded_kopecks=line.refunded_kopecks + refund.refunded_kopecks,
        returned_points=line.returned_points + refund.points,
        returned_money_kopecks=line.returned_money_kopecks + refund.money_kopecks,
    )


def _take_backs(before: SoldReceipt, after: SoldReceipt) -> tuple[TakeBack, ...]:
    found = []
    for award in before.awards:
        points = _kept(award, before) - _kept(award, after)
        if points:
            found.append(TakeBack(award.rule_code, award.rate_bp, points))
    return tuple(found)


def _kept(award: GivenAward, receipt: SoldReceipt) -> int:
    """Points of the award that stay with the member while this much of the receipt is still paid."""
    if award.kind is AwardKind.WHOLE:
        return award.points if receipt.left_kopecks else 0
    still = _still_paid(award, receipt.lines, value=receipt.point_value_kopecks)
    if award.kind is AwardKind.PERCENT:
        return percent_points(still, rate_bp=award.rate_bp, value=receipt.point_value_kopecks)
    return award.points * still // award.base_kopecks if award.base_kopecks else 0


def _still_paid(award: GivenAward, lines: Sequence[SoldLine], *, value: int) -> int:
    own = [line for line in lines if line.position in award.positions]
    if award.basis is Basis.PRICE:
        return sum(line.left_kopecks(value) for line in own)
    return sum(line.money_kopecks - line.returned_money_kopecks for line in own)
