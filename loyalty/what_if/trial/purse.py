"""A member's points in a trial: the ledger's rules for lots, without a ledger.

Lots become available, burn after their last day and are spent soonest day first, then oldest, those that never
burn last; a payment moves the rolling date and first burns what is past it. Days are the home clinic's, and each
call's day is that of the call before or later.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from clinics.calendar import add_months
from loyalty.rules.life import Life, LifeKind, last_day_of, payment_life
from loyalty.rules.quote import LotPlan


@dataclass(slots=True, eq=False)
class Lot:
    points: int  # left
    available_on: date
    last_day: date | None
    never_burns: bool

    def ends_on(self, rolling_until: date | None) -> date:
        """The last day; the end of time when there is none."""
        if self.last_day is not None:
            return self.last_day
        return date.max if self.never_burns or rolling_until is None else rolling_until


@dataclass(slots=True)
class Purse:
    rolling_until: date | None = None
    rolling_months: int | None = None
    burnt: int = 0  # points, so far
    _lots: list[Lot] = field(default_factory=list)  # those with points left, oldest first

    @property
    def points(self) -> int:
        """Available and pending."""
        return sum([lot.points for lot in self._lots])

    def may_burn(self) -> int:
        """Of the points those that have a last day, or would roll to one."""
        return sum(lot.points for lot in self._lots if lot.ends_on(self.rolling_until) < date.max)

    def live_to(self, day: date) -> None:
        """Burn what has ended before the day; pending points can't."""
        rolling = self.rolling_until
        alive = [lot for lot in self._lots if lot.ends_on(rolling) >= day or lot.available_on > day]
        if len(alive) < len(self._lots):
            self.burnt += self.points - sum(lot.points for lot in alive)
            self._lots = alive

    def spendable(self, day: date) -> int:
        """After `live_to` the same day."""
        return sum([lot.points for lot in self._lots if lot.available_on <= day])

    def spend(self, points: int, *, day: date) -> None:
        """Take what `spendable` has promised. Raises ValueError for more."""
        rolling = self.rolling_until
        usable = sorted(
            (lot for lot in self._lots if lot.available_on <= day), key=lambda lot: lot.ends_on(rolling)
        )
        for lot in usable:
            taken = min(points, lot.points)
            lot.points -= taken
            points -= taken
            if not points:
                break
        if points:
            raise ValueError("more than can be spent")
        self._lots = [lot for lot in self._lots if lot.points]

    def put(self, plans: Iterable[LotPlan]) -> None:
        """Lots that a quote has planned."""
        self._lots += [Lot(plan.points, plan.available_on, plan.last_day, plan.never_burns) for plan in plans]

    def add(self, lot: Lot) -> None:
        if lot.points:
            self._lots.append(lot)

    def give(self, points: int, *, life: Life, day: date) -> None:
        """Points given outside a quote, available at once."""
        last_day = last_day_of(life, given_on=day)
        self.add(Lot(points, day, last_day, last_day is None and life.kind is LifeKind.NONE))

    def promised_months(self, day: date) -> int | None:
        """The rolling life that points still here were given with: a payment of the day moves them by as much."""
        has_promised = self.rolling_until is not None and self.rolling_until >= day
        return self.rolling_months if has_promised and self._lots else None

    def prolong(self, life: Life, *, day: date, promised_months: int | None) -> None:
        """A payment. `promised_months` is what was promised before the receipt spent anything."""
        kept = payment_life(life, promised_months=promised_months)
        if kept.is_rolling:
            reached = add_months(day, kept.length)
            self.rolling_until = reached if self.rolling_until is None else max(self.rolling_until, reached)
            self.rolling_months = kept.length
