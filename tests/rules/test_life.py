"""Dates of burning, worked by hand."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from clinics.calendar import add_months, end_of_day, end_of_period, local_date
from loyalty.rules.life import Life, LifeKind, last_day_of, rolling_date, rolling_date_after_full_refund

TWO_YEARS_ROLLING = Life(LifeKind.ROLLING_MONTHS, 24)
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("given_on", "months", "last_day"),
    [
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 22), 2, date(2027, 1, 22)),
    ],
    ids=str,
)
def test_months_go_by_calendar_and_are_clamped(given_on, months, last_day):
    assert last_day_of(Life(LifeKind.MONTHS, months), given_on=given_on) == last_day


def test_sixty_days_are_another_life_than_two_months():
    given_on = date(2026, 7, 1)

    assert last_day_of(Life(LifeKind.DAYS, 60), given_on=given_on) == date(2026, 8, 30)
    assert last_day_of(Life(LifeKind.MONTHS, 2), given_on=given_on) == date(2026, 9, 1)


def test_counting_the_day_of_issue_ends_a_day_earlier():
    given_on = date(2026, 6, 3)

    assert last_day_of(Life(LifeKind.DAYS, 21), given_on=given_on) == date(2026, 6, 24)
    assert last_day_of(Life(LifeKind.DAYS, 21, True), given_on=given_on) == date(2026, 6, 23)


@pytest.mark.parametrize(
    ("kind", "last_day"),
    [
        (LifeKind.END_OF_MONTH, date(2028, 2, 29)),
        (LifeKind.END_OF_QUARTER, date(2028, 3, 31)),
        (LifeKind.END_OF_YEAR, date(2028, 12, 31)),
        (LifeKind.NONE, None),
        (LifeKind.ROLLING_MONTHS, None),
    ],
)
def test_life_to_the_end_of_a_period(kind, last_day):
    assert last_day_of(Life(kind, 1), given_on=date(2028, 2, 1)) == last_day


def test_last_day_of_a_period_given_on_that_very_day():
    assert end_of_period(date(2026, 6, 30), "quarter") == date(2026, 6, 30)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)


def test_rolling_date_follows_the_latest_payment():
    first = rolling_date(TWO_YEARS_ROLLING, paid_on=date(2024, 1, 10), stored=None)

    second = rolling_date(TWO_YEARS_ROLLING, paid_on=date(2024, 6, 15), stored=first)

    assert (first, second) == (date(2026, 1, 10), date(2026, 6, 15))


def test_payment_entered_late_never_moves_the_rolling_date_back():
    stored = date(2026, 6, 15)

    assert rolling_date(TWO_YEARS_ROLLING, paid_on=date(2024, 1, 10), stored=stored) == stored


def test_payment_under_a_fixed_life_leaves_the_rolling_date_alone():
    life = Life(LifeKind.MONTHS, 2)

    assert rolling_date(life, paid_on=date(2026, 1, 1), stored=None) is None


@pytest.mark.parametrize(
    ("lived_from", "stored", "expected"),
    [
        (date(2025, 3, 1), date(2028, 11, 20), date(2027, 3, 1)),
        (date(2024, 11, 25), date(2028, 11, 20), date(2026, 12, 6)),
        (date(2026, 11, 21), date(2028, 11, 20), date(2028, 11, 20)),
        (date(2024, 1, 1), date(2026, 11, 30), date(2026, 11, 30)),
    ],
    ids=["to the payment before", "not before today + 14", "never forward", "grace prolongs nothing"],
)
def test_full_refund_moves_the_rolling_date_back(lived_from, stored, expected):
    moved = rolling_date_after_full_refund(
        TWO_YEARS_ROLLING, lived_from=lived_from, stored=stored, today=date(2026, 11, 22), grace_days=14
    )

    assert moved == expected


def test_last_day_works_until_its_last_microsecond_in_the_zone_of_the_clinic():
    over = end_of_day(date(2026, 11, 27), MOSCOW)

    assert over == datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
    assert local_date(datetime(2026, 11, 27, 20, 59, 59, 999_999, tzinfo=UTC), MOSCOW) == date(2026, 11, 27)
    assert local_date(over, MOSCOW) == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("zone", "day", "over"),
    [
        ("Asia/Kamchatka", date(2026, 11, 27), datetime(2026, 11, 27, 12, 0, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 2, 5, 0, tzinfo=UTC)),
        # Midnight is skipped: the day begins at 01:00.
        ("Africa/Cairo", date(2026, 4, 23), datetime(2026, 4, 23, 22, 0, tzinfo=UTC)),
    ],
)
def test_day_ends_by_the_zone_whatever_the_server_has(zone, day, over):
    assert end_of_day(day, ZoneInfo(zone)) == over


def test_moment_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="without a zone"):
        local_date(datetime(2026, 11, 27), MOSCOW)  # noqa: DTZ001
