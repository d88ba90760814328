"""How much of what a member has paid counts towards a tier: all of it, or the payments of the last months.

With N months a payment of one day counts to the same day N months later, both days included; months are clamped
to their end, as those of points are. Kopecks paid in money, net of refunds; days are the home clinic's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clinics.calendar import add_months

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid on one day; a day may come in several."""

    day: date
    kopecks: int  # net of refunds, never below zero


@dataclass(frozen=True, slots=True)
class Turnover:
    """`payments` go by rising day; they are read only where a window of months counts."""

    lifetime_kopecks: int
    payments: Sequence[Payment] = ()


def with_payment(turnover: Turnover, payment: Payment) -> Turnover:
    """The turnover once more was paid; the payment may be older than others."""
    payments = sorted((*turnover.payments, payment), key=lambda each: each.day)
    return Turnover(turnover.lifetime_kopecks + payment.kopecks, tuple(payments))


def first_counted_day(day: date, *, months: int) -> date:
    """The oldest day whose payments still count on `day`."""
    candidate = add_months(day, -months)
    # 29 February less a year is 28 February, whose own year ends a day too early.
    return candidate if add_months(candidate, months) >= day else candidate + ONE_DAY


def counted_kopecks(turnover: Turnover, *, months: int | None, day: date) -> int:
    """What counts on the day; payments after it do not count yet."""
    if months is None:
        return turnover.lifetime_kopecks
    first = first_counted_day(day, months=months)
    return sum(payment.kopecks for payment in turnover.payments if first <= payment.day <= day)


def counts_in_full_until(turnover: Turnover, *, months: int | None, day: date) -> date | None:
    """The last day on which all that counts on `day` still does; None when nothing ever leaves the count."""
    return supported_until(turnover, months=months, day=day, threshold_kopecks=None)


def supported_until(
    turnover: Turnover, *, months: int | None, day: date, threshold_kopecks: int | None
) -> date | None:
    """The last day on which the payments made by `day` still reach the threshold; None when they always do.

    Without a threshold: the last day on which nothing is missing. Call with a threshold that is reached on `day`.
    """
    if months is None:
        return None
    first = first_counted_day(day, months=months)
    counted = [payment for payment in turnover.payments if first <= payment.day <= day and payment.kopecks]
    left = sum(payment.kopecks for payment in counted)
    threshold = left if threshold_kopecks is None else threshold_kopecks
    for payment in counted:
        left -= payment.kopecks
        if left < threshold:
            return add_months(payment.day, months)
    return None
