"""What a refund gives back and takes back: exact for any number of slices, by line or by amount.

Amounts are kopecks of what the lines cost: what points paid and what money paid together. Pure: the receipt as it
was posted, plus what was refunded before, in; a plan out. Which lots the returned
points go to, and what happens when earned points are already spent, is the ledger's business.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from clinics.money import split_by_largest_remainder
from loyalty.rules.compiled import Basis
from loyalty.rules.earning import percent_points
from loyalty.rules.sold import AwardKind, GivenAward, GivenDiscount, SoldLine, SoldReceipt


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
    discounts: tuple[tuple[str, int], ...]  # by promotion: kopecks given on what is refunded, those above zero
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

    @property
    def taken_by_rule(self) -> dict[str, int]:
        """A rule may have given at several rates, or to several lines."""
        taken: dict[str, int] = {}
        for item in self.take_backs:
            taken[item.rule_code] = taken.get(item.rule_code, 0) + item.points
        return taken

    @property
    def uses_back(self) -> dict[str, int]:
        """What limits may give again, by code: points of rules, kopecks of promotions."""
        return {**dict(self.discounts), **self.taken_by_rule}


def plan_full_refund(receipt: SoldReceipt) -> RefundPlan:
    """Everything that is left; a receipt that cost nothing is undone as well. Raises NothingLeft."""
    if receipt.is_refunded:
        raise NothingLeft
    value = receipt.point_value_kopecks
    left = {line.position: line.left_kopecks(value) for line in receipt.lines}
    return _planned(receipt, _line_refunds(receipt, left))


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
    lines = _in_order_of_odd_kopecks(receipt)
    left = [line.left_kopecks(receipt.point_value_kopecks) for line in lines]
    if kopecks > sum(left):
        raise MoreThanLeft(position=None, asked_kopecks=kopecks, left_kopecks=sum(left))
    if kopecks <= 0:
        raise NothingLeft
    shares = split_by_largest_remainder(kopecks, left)
    return _plan(receipt, {line.position: share for line, share in zip(lines, shares, strict=True)})


def _in_order_of_odd_kopecks(receipt: SoldReceipt) -> list[SoldLine]:
    """The order of entry, but lines that are alike stand together, as in the quote: else the order of entry would
    move a kopeck between rates and change what is taken back."""
    given: dict[int, list[tuple[str, int, int]]] = {}
    for award in receipt.awards:
        for position in award.positions:
            given.setdefault(position, []).append((award.rule_code, award.rate_bp, award.points))
    for discount in receipt.discounts:
        given.setdefault(discount.position, []).append((discount.promotion_code, 0, discount.kopecks))

    def likeness(line: SoldLine) -> tuple[object, ...]:
        own = replace(line, position=0)
        return sorted(given.get(line.position, ())), astuple(own), line.position

    return sorted(receipt.lines, key=likeness)


def after_refund(receipt: SoldReceipt, plan: RefundPlan) -> SoldReceipt:
    """The receipt as the next refund will find it."""
    touched = {line.position: line for line in plan.lines}
    return replace(
        receipt,
        lines=tuple(_after(line, touched.get(line.position)) for line in receipt.lines),
        is_refunded=plan.is_complete,
    )


def _plan(receipt: SoldReceipt, kopecks: Mapping[int, int]) -> RefundPlan:
    known = {line.position: line for line in receipt.lines}
    value = receipt.point_value_kopecks
    for position, amount in kopecks.items():
        if position not in known:
            raise UnknownLine(position)
        left = known[position].left_kopecks(value)
        if not 0 <= amount <= left:
            raise MoreThanLeft(position=position, asked_kopecks=amount, left_kopecks=left)
    lines = _line_refunds(receipt, kopecks)
    if not lines:
        raise NothingLeft
    return _planned(receipt, lines)


def _line_refunds(receipt: SoldReceipt, kopecks: Mapping[int, int]) -> tuple[LineRefund, ...]:
    value = receipt.point_value_kopecks
    return tuple(
        _line_refund(line, kopecks[line.position], value=value)
        for line in receipt.lines
        if kopecks.get(line.position)
    )


def _planned(receipt: SoldReceipt, lines: tuple[LineRefund, ...]) -> RefundPlan:
    is_complete = sum(line.refunded_kopecks for line in lines) == receipt.left_kopecks
    draft = RefundPlan(
        lines=lines,
        take_backs=(),
        discounts=(),
        is_complete=is_complete,
        is_whole=is_complete and not any(line.refunded_kopecks for line in receipt.lines),
    )
    after = after_refund(receipt, draft)
    return replace(draft, take_backs=_take_backs(receipt, after), discounts=_discounts_back(receipt, after))


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


def _discounts_back(before: SoldReceipt, after: SoldReceipt) -> tuple[tuple[str, int], ...]:
    back: dict[str, int] = {}
    for discount in before.discounts:
        kopecks = _kept_discount(discount, before) - _kept_discount(discount, after)
        back[discount.promotion_code] = back.get(discount.promotion_code, 0) + kopecks
    return tuple((code, kopecks) for code, kopecks in sorted(back.items()) if kopecks)


def _kept_discount(discount: GivenDiscount, receipt: SoldReceipt) -> int:
    """Kopecks that answer for what is still paid of the line; those of a free line for the whole receipt."""
    if receipt.is_refunded:
        return 0
    value = receipt.point_value_kopecks
    line = next(line for line in receipt.lines if line.position == discount.position)
    cost = line.price_kopecks(value)
    return discount.kopecks * line.left_kopecks(value) // cost if cost else discount.kopecks


def _kept(award: GivenAward, receipt: SoldReceipt) -> int:
    """Points of the award that stay with the member while this much of the receipt is still paid."""
    if award.kind is AwardKind.WHOLE:
        return 0 if receipt.is_refunded else award.points
    still = _still_paid(award, receipt.lines, value=receipt.point_value_kopecks)
    if award.kind is AwardKind.PERCENT:
        return percent_points(still, rate_bp=award.rate_bp, value=receipt.point_value_kopecks)
    return award.points * still // award.base_kopecks if award.base_kopecks else 0


def _still_paid(award: GivenAward, lines: Sequence[SoldLine], *, value: int) -> int:
    own = [line for line in lines if line.position in award.positions]
    if award.basis is Basis.PRICE:
        return sum(line.left_kopecks(value) for line in own)
    return sum(line.money_kopecks - line.returned_money_kopecks for line in own)
