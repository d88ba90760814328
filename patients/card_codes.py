"""The rotating code of the patient's card page: six digits, new ones every minute (RFC 6238).

The key is derived from the portal's own secret and the patient's id (RFC 4226, 7.5): no table holds anything
that a code could be made from. `now` is real time, never the demo's.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac

from patients.hotp import hotp

STEP_SECONDS = 60
CODE_DIGITS = 6
KEY_SALT = "patients.card_code"
# A code is read out while its minute ends, and the clocks of two hosts may differ.
SKEW_STEPS = 1
# So long a code that was right is called late and not wrong: a slow phone is no attack.
LATE_STEPS = 10


@dataclass(frozen=True, slots=True)
class ShownCode:
    """`seconds_left` until the next code is shown; this one is taken for a minute longer."""

    code: str
    seconds_left: int


def step_at(now: datetime) -> int:
    """The number of the minute, counted as RFC 6238 does."""
    return int(now.timestamp()) // STEP_SECONDS


def card_code(patient_id: int, *, step: int) -> str:
    key = salted_hmac(KEY_SALT, str(patient_id), algorithm="sha256").digest()
    return hotp(key, counter=step, digits=CODE_DIGITS)


def shown_code(patient_id: int, *, now: datetime) -> ShownCode:
    """What the card page shows."""
    step = step_at(now)
    return ShownCode(
        code=card_code(patient_id, step=step),
        seconds_left=(step + 1) * STEP_SECONDS - int(now.timestamp()),
    )


def qr_payload(card_number: str, code: str = "") -> str:
    """Digits only, so that a scanner types them in any keyboard layout; without a code they are enough to earn."""
    return card_number + code


def find_step(code: str, *, patient_id: int, now: datetime) -> int | None:
    """The minute that the code belongs to, the newest of the last ten; None when it is nobody's of them."""
    newest = step_at(now) + SKEW_STEPS
    steps = range(newest, newest - SKEW_STEPS - LATE_STEPS - 1, -1)
    found = [step for step in steps if constant_time_compare(card_code(patient_id, step=step), code)]
    return found[0] if found else None


def is_late(step: int, *, now: datetime) -> bool:
    return step < step_at(now) - SKEW_STEPS
