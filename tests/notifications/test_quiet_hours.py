"""When people may be written to."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from notifications.quiet_hours import next_daytime

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")


def moscow(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (moscow(2026, 11, 13, 3, 10), moscow(2026, 11, 13, 10, 0)),
        (moscow(2026, 11, 13, 10, 0), moscow(2026, 11, 13, 10, 0)),
        (moscow(2026, 11, 13, 19, 59, 59), moscow(2026, 11, 13, 19, 59, 59)),
        (moscow(2026, 11, 13, 20, 0), moscow(2026, 11, 14, 10, 0)),
        (moscow(2026, 12, 31, 23, 59, 59), moscow(2027, 1, 1, 10, 0)),
        (moscow(2028, 2, 28, 20, 0), moscow(2028, 2, 29, 10, 0)),
    ],
)
def test_the_night_waits_for_ten_in_the_morning(moment, expected):
    assert next_daytime(moment.astimezone(UTC), MOSCOW) == expected


def test_in_the_night_of_the_clock_change_ten_is_ten_by_the_local_clock():
    night = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    assert next_daytime(night, BERLIN) == datetime(2026, 3, 29, 8, 0, tzinfo=UTC)
