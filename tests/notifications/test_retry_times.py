"""Waits between attempts."""

from datetime import UTC, datetime, timedelta

from notifications.retry_times import MOST_ATTEMPTS, next_attempt_at

FAILED_AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def test_waits_grow_fourfold_up_to_six_hours():
    waits = [
        next_attempt_at(attempts=attempts, failed_at=FAILED_AT) - FAILED_AT for attempts in range(1, MOST_ATTEMPTS)
    ]

    minutes = [1, 4, 16, 64, 256, 360, 360, 360, 360, 360, 360]
    assert waits == [timedelta(minutes=wait) for wait in minutes]


def test_the_twelfth_failure_is_the_last():
    assert next_attempt_at(attempts=12, failed_at=FAILED_AT) is None
