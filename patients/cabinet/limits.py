"""How often codes may be asked for and tried. Counted in the shared cache, per phone and per address.

An unknown phone is counted like a known one, so a refusal says nothing about who is a patient. The price of a
lock per phone: a stranger can keep a patient out for a quarter of an hour; the desk serves them meanwhile.
"""

import hashlib
import logging
from enum import Enum, auto

from allauth.core import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

LOCK_SECONDS = 15 * 60
# The registration's own: a code that was asked for at the log-in went to nobody if the phone is unknown.
LOGIN_PAUSE, JOIN_PAUSE = "login_code_pause", "join_code_pause"
WHOLE_PORTAL = "all"

logger = logging.getLogger(__name__)


class Refusal(Enum):
    TOO_SOON = auto()  # a code went to this phone less than a minute ago
    LOCKED = auto()  # too many codes or tries


def take_request(*, request: HttpRequest, phone: str, pause: str = LOGIN_PAUSE) -> Refusal | None:
    """Count one request for a code; None when it may be sent."""
    if _is_locked(phone):
        return Refusal.LOCKED
    if not ratelimit.consume(request, action=pause, key=phone):
        return Refusal.TOO_SOON
    if not ratelimit.consume(request, action="login_code_request", key=phone):
        return Refusal.LOCKED
    if pause == JOIN_PAUSE and not ratelimit.consume(request, action="join_code_budget", key=WHOLE_PORTAL):
        logger.error("The day's codes for registrations are used up: somebody may be pumping SMS")
        return Refusal.LOCKED
    return None


def take_try(*, request: HttpRequest, phone: str) -> Refusal | None:
    """Count one try of a code before it is looked at: parallel guesses can't outrun the count."""
    if _is_locked(phone):
        return Refusal.LOCKED
    if not ratelimit.consume(request, action="login_code_address", key=phone):
        return Refusal.LOCKED
    if not ratelimit.consume(request, action="login_code_try", key=phone):
        return Refusal.LOCKED
    return None


def record_wrong_code(*, request: HttpRequest, phone: str) -> Refusal | None:
    """Lock the phone when the last try was wrong too; LOCKED says that it happened now."""
    if ratelimit.consume(request, action="login_code_try", key=phone, dry_run=True):
        return None
    cache.set(_lock_key(phone), True, LOCK_SECONDS)
    return Refusal.LOCKED


def forget_tries(*, request: HttpRequest, phone: str) -> None:
    """After the right code: wrong ones before it count no longer."""
    ratelimit.clear(request, action="login_code_try", key=phone)


def _is_locked(phone: str) -> bool:
    return cache.get(_lock_key(phone)) is not None


def _lock_key(phone: str) -> str:
    # The cache table is not a place for phone numbers.
    return "cabinet:locked:" + hashlib.sha256(phone.encode()).hexdigest()
