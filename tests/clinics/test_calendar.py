"""The time of day in a clinic's zone, and the first days of its periods."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from clinics.calendar import minute_of_day, start_of_period


@pytest.mark.parametrize(
    ("moment", "zone", "minute"),
    [
        (datetime(2026, 11, 22, 20, 59, 59, tzinfo=UTC), "Europe/Moscow", 23 * 60 + 59),
        (datetime(2026, 11, 22, 21, 0, tzinfo=UTC), "Europe/Moscow", 0),
        (datetime(2026, 11, 22, 18, 30, tzinfo=UTC), "Asia/Omsk", 30),
        # The hour that comes twice has the same face both times.
        (datetime(2026, 10, 25, 0, 15, tzinfo=UTC), "Europe/Berlin", 135),
        (datetime(2026, 10, 25, 1, 15, tzinfo=UTC), "Europe/Berlin", 135),
    ],
)
def test_minute_is_that_of_the_clock_on_the_clinics_wall(moment, zone, minute):
    assert minute_of_day(moment, ZoneInfo(zone)) == minute


def test_moment_without_a_zone_has_no_time_of_day():
    with pytest.raises(ValueError, match="without a zone"):
        minute_of_day(datetime(2026, 11, 22), ZoneInfo("Europe/Moscow"))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "period", "first"),
    [
        (date(2026, 11, 1), "month", date(2026, 11, 1)),
        (date(2028, 2, 29), "month", date(2028, 2, 1)),
        (date(2026, 3, 31), "quarter", date(2026, 1, 1)),
        (date(2026, 4, 1), "quarter", date(2026, 4, 1)),
        (date(2026, 12, 31), "quarter", date(2026, 10, 1)),
        (date(2026, 1, 1), "year", date(2026, 1, 1)),
        (date(2026, 12, 31), "year", date(2026, 1, 1)),
    ],
)
def test_first_day_of_a_period_whatever_day_of_it_one_asks_on(day, period, first):
    assert start_of_period(day, period) == first
