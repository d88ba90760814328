"""How long points live: the last day of a lot, and the rolling date of an account.

The last day is inclusive. Months go by calendar from the original date and are clamped;
60 days and 2 months are different lives.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from clinics.calendar import Period, add_months, end_of_period, last_day_after_days


class LifeKind(StrEnum):
    NONE = "none"  # never burns
    DAYS = "days"
    MONTHS = "months"
    ROLLING_MONTHS = "rolling_months"  # since the last payment; the date is the account's, not the lot's
    END_OF_MONTH = "end_of_month"
    END_OF_QUARTER = "end_of_quarter"
    END_OF_YEAR = "end_of_year"


PERIODS: dict[LifeKind, Period] = {
    LifeKind.END_OF_MONTH: "month",
    LifeKind.END_OF_QUARTER: "quarter",
    LifeKind.END_OF_YEAR: "year",
}


@dataclass(frozen=True, slots=True)
class Life:
    kind: LifeKind
    length: int = 0  # days or months; 0 for the other kinds
    counts_day_of_issue: bool = False  # only with DAYS: N days are then D .. D + N - 1

    @property
    def is_rolling(self) -> bool:
        return self.kind is LifeKind.ROLLING_MONTHS


class PendingFrom(StrEnum):
    """What the days until points may be spent are counted from."""

    PAYMENT = "payment"
    VISIT_CLOSED = "visit_closed"


class Opening(NamedTuple):
    """How points come to life: so many days after the payment, or after their visit was closed."""

    life: Life
    pending_days: int = 0

    def available_on(self, day: date) -> date:
        return day + timedelta(days=self.pending_days) if self.pending_days else day

    def last_day(self, day: date) -> date | None:
        """The life starts when the points become available."""
        return last_day_of(self.life, given_on=self.available_on(day))


def last_day_of(life: Life, *, given_on: date) -> date | None:
    """The last day of points that become available on a day; None when the lot has no day of its own."""
    match life.kind:
        case LifeKind.DAYS:
            return last_day_after_days(given_on, life.length - (1 if life.counts_day_of_issue else 0))
        case LifeKind.MONTHS:
            return add_months(given_on, life.length)
        case LifeKind.NONE | LifeKind.ROLLING_MONTHS:
            return None
        case _:
            return end_of_period(given_on, PERIODS[life.kind])


def payment_life(life: Life, *, promised_months: int | None) -> Life:
    """The life that a payment of today gives an account's points without a day of their own.

    `promised_months` is the rolling life they were given with: while any are left, neither a shorter one nor
    another kind in the program takes from them what the next payment was to bring.
    """
    if promised_months is None or (life.is_rolling and life.length >= promised_months):
        return life
    return Life(LifeKind.ROLLING_MONTHS, promised_months)


def rolling_date(life: Life, *, paid_on: date, stored: date | None) -> date | None:
    """The account's date after a payment (or its opening): never earlier than the stored one."""
    if not life.is_rolling:
        return stored
    reached = add_months(paid_on, life.length)
    return reached if stored is None else max(stored, reached)


def rolling_date_after_full_refund(
    life: Life, *, lived_from: date, stored: date | None, today: date, grace_days: int
) -> date | None:
    """The account's date once a payment is undone.

    `lived_from` is the day of the latest payment that stands, or of the account's opening.
    The date moves back only, and not before today + grace_days.
    """
    if not life.is_rolling or stored is None:
        return stored
    earliest = today + timedelta(days=grace_days)
    return min(stored, max(add_months(lived_from, life.length), earliest))
