"""Which payments count towards a tier on a day, and until when they do."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.calendar import add_months
from loyalty.rules.turnover import (
    Payment,
    Turnover,
    counted_kopecks,
    counts_in_full_until,
    first_counted_day,
    supported_until,
)
from tests.rules.test_properties import QUIET

days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 11, 22), 12, date(2025, 11, 22)),
        (date(2028, 2, 29), 12, date(2027, 3, 1)),  # 28 February 2027 + a year is over on the 28th
        (date(2028, 2, 28), 12, date(2027, 2, 28)),
        (date(2027, 2, 28), 12, date(2026, 2, 28)),
        (date(2029, 2, 28), 12, date(2028, 2, 28)),  # and 29 February 2028 + a year is 28 February too
        (date(2026, 2, 28), 2, date(2025, 12, 28)),  # 28 to 31 December all end on 28 February
        (date(2026, 3, 1), 2, date(2026, 1, 1)),
        (date(2026, 3, 31), 1, date(2026, 3, 1)),
        (date(2026, 3, 28), 1, date(2026, 2, 28)),
    ],
)
def test_first_day_of_the_window(day, months, first):
    assert first_counted_day(day, months=months) == first


@QUIET
@given(day=days, months=st.integers(1, 120))
def test_window_holds_exactly_the_days_whose_months_have_not_ended(day, months):
    first = first_counted_day(day, months=months)

    assert add_months(first, months) >= day
    assert add_months(first - timedelta(days=1), months) < day


def test_payment_counts_on_its_last_day_and_not_on_the_next():
    paid = Turnover(0, (Payment(date(2026, 1, 31), 5_000),))

    assert counted_kopecks(paid, months=1, day=date(2026, 2, 28)) == 5_000
    assert counted_kopecks(paid, months=1, day=date(2026, 3, 1)) == 0


def test_payment_of_a_later_day_does_not_count_yet():
    paid = Turnover(0, (Payment(date(2026, 1, 31), 5_000),))

    assert counted_kopecks(paid, months=1, day=date(2026, 1, 30)) == 0


def test_the_whole_life_counts_without_a_window():
    paid = Turnover(70_000, ())

    assert counted_kopecks(paid, months=None, day=date(2026, 1, 31)) == 70_000
    assert supported_until(paid, months=None, day=date(2026, 1, 31), threshold_kopecks=70_000) is None
    assert counts_in_full_until(paid, months=None, day=date(2026, 1, 31)) is None


def test_threshold_is_supported_until_the_payment_that_decides_leaves():
    paid = Turnover(0, tuple(Payment(date(2026, month, 10), 20_000) for month in (1, 3, 5)))

    assert supported_until(paid, months=12, day=date(2026, 6, 1), threshold_kopecks=40_000) == date(2027, 3, 10)
    assert counts_in_full_until(paid, months=12, day=date(2026, 6, 1)) == date(2027, 1, 10)
    assert supported_until(paid, months=12, day=date(2026, 6, 1), threshold_kopecks=0) is None


payments = st.lists(st.builds(Payment, days, st.integers(0, 5_000)), max_size=12).map(
    lambda made: tuple(sorted(made, key=lambda payment: payment.day))
)


@QUIET
@given(paid=payments, months=st.integers(1, 24), day=days, threshold=st.integers(1, 20_000))
def test_supported_until_is_the_last_day_that_still_reaches_the_threshold(paid, months, day, threshold):
    made = tuple(payment for payment in paid if payment.day <= day)
    turnover = Turnover(0, made)
    if counted_kopecks(turnover, months=months, day=day) < threshold:
        return

    last = supported_until(turnover, months=months, day=day, threshold_kopecks=threshold)

    assert counted_kopecks(turnover, months=months, day=last) >= threshold
    assert counted_kopecks(turnover, months=months, day=last + timedelta(days=1)) < threshold
