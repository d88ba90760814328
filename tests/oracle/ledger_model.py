"""The ledger's acts in plain Python, point by point: the oracle that the SQL kernel is held against.

Slow and obvious on purpose: a lot is a heap of single points, spending takes them one at a time. It shares no
code with the product. Moments are plain comparable values; None stands for "never".
"""

from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """The act is refused; the code is the refusal's name."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(eq=False)
class Lot:
    account: "Account"
    amount: int
    remaining: int
    is_released: bool
    available_at: Any
    expires_at: Any
    origin: "Lot | None" = None
    never_burns: bool = False
    burnt: int = 0  # points that burnt in it

    def ends_at(self) -> Any:
        if self.never_burns:
            return None
        return self.expires_at if self.expires_at is not None else self.account.rolling

    def is_alive(self, at: Any) -> bool:
        return self.ends_at() is None or self.ends_at() > at


@dataclass(eq=False)
class Account:
    rolling: Any = None
    rolling_months: int | None = None
    debt: int = 0
    lots: list[Lot] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(lot.remaining for lot in self.lots if lot.is_released)

    @property
    def pending(self) -> int:
        return sum(lot.remaining for lot in self.lots if not lot.is_released)

    def add(
        self, points: int, *, at: Any, expires_at: Any, available_at: Any = None, waits: bool = False, **more: Any
    ) -> Lot:
        when = at if available_at is None else available_at
        lot = Lot(self, points, points, not waits and when <= at, None if waits else when, expires_at, **more)
        self.lots.append(lot)
        return lot

    def soonest_first(self, lots: list[Lot]) -> list[Lot]:
        def order(lot: Lot) -> tuple[bool, Any, int]:
            end = lot.ends_at()
            return (end is None, end if end is not None else 0, self.lots.index(lot))

        return sorted(lots, key=order)

    def usable(self, at: Any) -> list[Lot]:
        return self.soonest_first(
            [lot for lot in self.lots if lot.is_released and lot.remaining and lot.is_alive(at)]
        )

    def pay_debt(self, lots: list[Lot], at: Any) -> None:
        for lot in self.soonest_first([x for x in lots if x.is_released and x.is_alive(at)]):
            while self.debt and lot.remaining:
                lot.remaining -= 1
                self.debt -= 1

    def burn(self, at: Any) -> int:
        burnt = 0
        for lot in self.lots:
            if lot.is_released and lot.remaining and not lot.is_alive(at):
                burnt += lot.remaining
                lot.burnt += lot.remaining
                lot.remaining = 0
        return burnt

    def burn_if_lapsed(self, at: Any) -> None:
        if self.rolling is not None and self.rolling <= at:
            self.burn(at)

    def prolong(self, rolling: Any, months: int | None) -> None:
        """A payment: its months are remembered even when the stored date is the later one."""
        if rolling is not None and (self.rolling is None or rolling > self.rolling):
            self.rolling = rolling
        if months is not None:
            self.rolling_months = months


@dataclass(eq=False)
class Spending:
    account: Account
    points: list[Lot]  # the lot of each point, in the order taken
    returned: int = 0


@dataclass(eq=False)
class Earning:
    account: Account
    lots: list[Lot]
    units: int
    reversed: int = 0
    set_off: int = 0  # burnt points that reversals have set off


def earn(
    account: Account,
    lots: list[tuple[int, Any, Any, bool, bool]],
    *,
    at: Any,
    rolling: Any = None,
    months: int | None = None,
) -> Earning:
    """Lots are (points, expires_at, available_at, never_burns, waits for its visit)."""
    if rolling is not None:
        account.burn_if_lapsed(at)
    account.prolong(rolling, months)
    made = [
        account.add(points, at=at, expires_at=end, available_at=when, never_burns=never, waits=waits)
        for points, end, when, never, waits in lots
    ]
    account.pay_debt(made, at)
    return Earning(account, made, sum(lot.amount for lot in made))


def spend(account: Account, units: int, *, at: Any) -> Spending:
    if account.debt:
        raise Refused("AccountInDebt")
    usable = account.usable(at)
    if sum(lot.remaining for lot in usable) < units:
        raise Refused("InsufficientPoints")
    points = []
    for lot in usable:
        while lot.remaining and len(points) < units:
            lot.remaining -= 1
            points.append(lot)
    return Spending(account, points)


def return_spent(spending: Spending, units: int, *, at: Any, grace: Any) -> None:
    left = len(spending.points) - spending.returned
    if units > left:
        raise Refused("ReversalTooLarge" if left else "NothingToReverse")
    account = spending.account
    arrived: list[Lot] = []
    fresh: dict[Lot, Lot] = {}
    for lot in reversed(spending.points[left - units : left]):
        if lot.burnt or not lot.is_alive(at):
            if lot not in fresh:
                fresh[lot] = account.add(0, at=at, expires_at=grace, origin=lot)
            fresh[lot].amount += 1
            target = fresh[lot]
        else:
            target = lot
        target.remaining += 1
        if target not in arrived:
            arrived.append(target)
    spending.returned += units
    account.pay_debt(arrived, at)


def take_back(earning: Earning, units: int, *, at: Any, policy: str) -> None:
    left = earning.units - earning.reversed
    if units > left:
        raise Refused("ReversalTooLarge" if left else "NothingToReverse")
    account = earning.account
    own = descendants(account, earning.lots)
    set_off = min(units, sum(lot.burnt for lot in own) - earning.set_off)
    wanted = units - set_off
    own_lots = account.soonest_first([lot for lot in own if lot.remaining])
    if policy == "PENDING_ONLY":
        sources = [lot for lot in own_lots if not lot.is_released]
    elif policy == "OWN_ONLY":
        sources = own_lots
    else:
        sources = own_lots + [lot for lot in account.usable(at) if lot not in own]
    for lot in sources:
        while wanted and lot.remaining:
            lot.remaining -= 1
            wanted -= 1
    if policy == "DEBT":
        account.debt += wanted
    earning.reversed += units
    earning.set_off += set_off


def descendants(account: Account, lots: list[Lot]) -> list[Lot]:
    """The lots and those on the same account that continue them."""
    own = list(lots)
    for lot in account.lots:  # in order of making: an origin comes before what continues it
        if lot.origin in own:
            own.append(lot)
    return own


def release(account: Account, *, at: Any) -> None:
    due = [
        lot
        for lot in account.lots
        if lot.remaining and not lot.is_released and lot.available_at is not None and lot.available_at <= at
    ]
    for lot in due:
        lot.is_released = True
    if due:
        account.pay_debt(account.lots, at)


def close_visit(earning: Earning, everybody: list[Account], *, at: Any, days: list[tuple[Any, Any]]) -> None:
    """Days are (expires_at, available_at), one for each lot of the earning."""
    touched = []
    for first, (end, when) in zip(earning.lots, days, strict=True):
        for account in everybody:
            for lot in account.lots:
                if lot.available_at is None and first in origins(lot):
                    lot.available_at, lot.expires_at, lot.is_released = when, end, when <= at
                    if lot.remaining and account not in touched:
                        touched.append(account)
    for account in touched:
        account.pay_debt(account.lots, at)


def origins(lot: Lot) -> list[Lot]:
    """The lot itself, the one it continues, and so on."""
    return [lot] if lot.origin is None else [lot, *origins(lot.origin)]


def transfer(giver: Account, receiver: Account, units: int | None, *, at: Any) -> None:
    if units is not None:
        if giver.debt:
            raise Refused("AccountInDebt")
        if sum(lot.remaining for lot in giver.usable(at)) < units:
            raise Refused("InsufficientPoints")
    giver.burn_if_lapsed(at)
    receiver.burn_if_lapsed(at)
    sources = giver.soonest_first([x for x in giver.lots if x.remaining]) if units is None else giver.usable(at)
    wanted = units
    for lot in sources:
        moved = lot.remaining if wanted is None else min(wanted, lot.remaining)
        if not moved:
            break
        if wanted is not None:
            wanted -= moved
        lot.remaining -= moved
        receiver.lots.append(
            Lot(receiver, moved, moved, lot.is_released, lot.available_at, lot.expires_at, lot, lot.never_burns)
        )
    if units is None:
        receiver.debt += giver.debt
        giver.debt = 0
    longest = max(giver.rolling_months or 0, receiver.rolling_months or 0)
    receiver.prolong(giver.rolling, longest or None)
    receiver.pay_debt(receiver.lots, at)
