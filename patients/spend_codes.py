"""Codes of four digits that a patient gets by SMS to agree to one spending; another kind than log-in codes.

Nothing is sent here. A code is derived from the portal's secret, the patient and the row's own number, so it is
nowhere in the database. `now` is real time, never the demo's.
"""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare, salted_hmac

from clinics.models import Clinic
from patients.hotp import hotp
from patients.models import SpendCode
from patients.spend_guard import check_open, lock_guard
from patients.typed_codes import SPEND_CODE_DIGITS

LIFE = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
# (period, codes): an SMS costs money and rings in somebody's pocket.
LIMITS = ((timedelta(minutes=15), 5), (timedelta(days=1), 15))
KEY_SALT = "patients.spend_code"


class TooManyCodes(Exception):
    """Another code may be sent only at `next_at`, real time."""

    def __init__(self, *, next_at: datetime) -> None:
        super().__init__(next_at)
        self.next_at = next_at


def code_digits(code: SpendCode) -> str:
    """The four digits of the row."""
    key = salted_hmac(KEY_SALT, str(code.patient_id), algorithm="sha256").digest()
    return hotp(key, counter=code.pk, digits=SPEND_CODE_DIGITS)


def is_right(digits: str, *, sent: SpendCode) -> bool:
    return constant_time_compare(code_digits(sent), digits)


def find_newest(*, patient_id: int, clinic: Clinic) -> SpendCode | None:
    """The only code that may be right, with its proof if it has been used: a new one ends those before it."""
    sent = SpendCode.objects.filter(patient=patient_id, clinic=clinic).select_related("proof")
    return sent.order_by("-id").first()


def new_spend_code(*, patient_id: int, clinic: Clinic, actor: User, now: datetime) -> SpendCode:
    """Make the code that the caller sends in this transaction. Locks the patient's guard.

    Raises CodesBlocked and TooManyCodes.
    """
    check_open(lock_guard(patient_id), now=now)
    _check_pace(patient_id=patient_id, now=now)
    return SpendCode.objects.create(
        patient_id=patient_id, clinic=clinic, actor=actor, created_at=now, expires_at=now + LIFE
    )


def _check_pace(*, patient_id: int, now: datetime) -> None:
    longest, most = LIMITS[-1]
    newest_first = list(
        SpendCode.objects.filter(patient=patient_id, created_at__gt=now - longest)
        .order_by("-id")
        .values_list("created_at", flat=True)[:most]
    )
    waits = [newest_first[0] + PAUSE] if newest_first else []
    waits += [newest_first[count - 1] + period for period, count in LIMITS if len(newest_first) >= count]
    next_at = max(waits, default=now)
    if next_at > now:
        raise TooManyCodes(next_at=next_at)
