"""The only clock of views, tasks and commands; domain code is given the moment as `at`.

In the demo it adds an offset that `manage.py demo_clock` moves. One-time codes and sessions keep real time.
"""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings

from clinics.models import DemoClock

# A page asks for the time several times; the demo's row is read once a second at most.
OFFSET_TTL_SECONDS = 1.0
_offset = timedelta()
_offset_read_at = float("-inf")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    moment = datetime.now(UTC)
    return moment + _demo_offset() if settings.DEMO_CLOCK else moment


def real_now() -> datetime:
    """What the clock on the wall says: for one-time codes, which nobody wants to age by moving the demo's days."""
    return datetime.now(UTC)


def _demo_offset() -> timedelta:
    global _offset, _offset_read_at  # noqa: PLW0603  # a per-process cache of one row
    if time.monotonic() - _offset_read_at > OFFSET_TTL_SECONDS:
        _offset = DemoClock.objects.values_list("offset", flat=True).first() or timedelta()
        _offset_read_at = time.monotonic()
    return _offset
