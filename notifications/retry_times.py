"""When to try a failed message again. Pure: standard library only.

The waits grow fourfold from a minute up to six hours; after twelve attempts, two days and more, it is given up.
A try that would fall into the night is put off to the morning by the relay.
"""

from datetime import datetime, timedelta

WAIT_MINUTES = (1, 4, 16, 64, 256) + (360,) * 6
MOST_ATTEMPTS = len(WAIT_MINUTES) + 1


def next_attempt_at(*, attempts: int, failed_at: datetime) -> datetime | None:
    """The moment of the next try after `attempts` failed ones (at least 1); None when there is to be none."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return failed_at + timedelta(minutes=WAIT_MINUTES[attempts - 1])
