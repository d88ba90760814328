"""When to try a failed message again. Pure: standard library only.

The waits grow fourfold from a minute up to six hours; after twelve attempts, about two days, it is given up.
"""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=1)
GROWTH = 4
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 12


def next_attempt_at(*, attempts: int, failed_at: datetime) -> datetime | None:
    """The moment of the next try after `attempts` failed ones (at least 1); None when there is to be none."""
    if attempts >= MOST_ATTEMPTS:
        return None
    wait = FIRST_WAIT * GROWTH ** min(attempts - 1, MOST_ATTEMPTS)
    return failed_at + min(wait, LONGEST_WAIT)
