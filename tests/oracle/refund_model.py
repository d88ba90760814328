"""Refunds of a bill in plain fractions: the oracle that the product's refunds are held against.

Everything is counted anew from the whole bill at every slice: what has gone back so far less what had gone back
before. It shares no code with the product; points and lots are those of `ledger_model`. Money is in kopecks,
a point is worth a rouble.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from tests.oracle import ledger_model as ledger

POINT = 100


@dataclass(eq=False)
class Line:
    """A line of a bill: what it cost after discounts, the points that paid a part of it, and its cashback."""

    cost: int
    points: int
    percent: int
    refunded: int = 0

    @property
    def money(self) -> int:
        return self.cost - self.points * POINT

    def points_back(self) -> int:
        back = floor(Fraction(self.points * self.refunded, self.cost))
        # Never more money than was paid.
        while self.refunded - back * POINT > self.money:
            back += 1
        return back

    def money_back(self) -> int:
        return self.refunded - self.points_back() * POINT


@dataclass(frozen=True)
class Back:
    """What one slice gives back and takes."""

    money: int
    points: int
    taken: int


@dataclass(eq=False)
class Bill:
    account: ledger.Account
    lines: list[Line]
    spending: ledger.Spending | None = None
    earning: ledger.Earning | None = None
    history: list[Back] = field(default_factory=list)

    def earned(self) -> int:
        """What stays earned: per rate, rounded down."""
        by_rate: dict[int, int] = {}
        for line in self.lines:
            by_rate[line.percent] = by_rate.get(line.percent, 0) + line.money - line.money_back()
        return sum(floor(Fraction(paid * rate, 100 * POINT)) for rate, paid in by_rate.items())


def pay(account: ledger.Account, lines: list[Line], *, at: Any, expires_at: Any) -> Bill:
    """Spend the points of the lines, then earn one lot on the money."""
    bill = Bill(account, lines)
    points = sum(line.points for line in lines)
    if points:
        bill.spending = ledger.spend(account, points, at=at)
    if bill.earned():
        bill.earning = ledger.earn(account, [(bill.earned(), expires_at, None, False, False)], at=at)
    return bill


def refund(bill: Bill, amounts: dict[int, int], *, at: Any, grace: Any, policy: str = "DEBT") -> Back:
    """Refund kopecks by line number, from 0."""
    money, points, earned = _so_far(bill)
    for number, amount in amounts.items():
        bill.lines[number].refunded += amount
        assert bill.lines[number].refunded <= bill.lines[number].cost
    money_now, points_now, earned_now = _so_far(bill)
    before = _held(bill.account)
    if points_now > points and bill.spending:
        ledger.return_spent(bill.spending, points_now - points, at=at, grace=grace)
        before += points_now - points
    if earned > earned_now and bill.earning:
        ledger.take_back(bill.earning, earned - earned_now, at=at, policy=policy)
    back = Back(money_now - money, points_now - points, before - _held(bill.account))
    bill.history.append(back)
    return back


def spread(bill: Bill, amount: int) -> dict[int, int]:
    """One amount over the lines by what is left on them: whole kopecks, the odd ones to the largest remainders."""
    left = [line.cost - line.refunded for line in bill.lines]
    exact = [Fraction(amount * each, sum(left)) for each in left]
    parts = [floor(each) for each in exact]
    order = sorted(range(len(parts)), key=lambda number: (parts[number] - exact[number], number))
    for number in order[: amount - sum(parts)]:
        parts[number] += 1
    return dict(enumerate(parts))


def _so_far(bill: Bill) -> tuple[int, int, int]:
    lines = bill.lines
    return sum(line.money_back() for line in lines), sum(line.points_back() for line in lines), bill.earned()


def _held(account: ledger.Account) -> int:
    """What the patient has, a debt counted against it."""
    return account.balance + account.pending - account.debt
