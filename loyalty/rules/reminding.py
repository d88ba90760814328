"""Which reminder is due before points burn, and who is held out. Pure; days are the home clinic's."""

import hashlib
from collections.abc import Sequence
from datetime import date

BASIS_POINTS = 10_000


def due_rung(days_before: Sequence[int], *, today: date, last_day: date) -> int | None:
    """The rung of the ladder that stands on `today`: of those reached, the one nearest to the last day.

    After missed days it is the nearest one only, so nobody gets two at once; None before the ladder begins
    and after the last day.
    """
    days_left = (last_day - today).days
    if days_left < 0:
        return None
    return min((rung for rung in days_before if rung >= days_left), default=None)


def is_held_out(*, salt: str, patient_id: int, share_bp: int) -> bool:
    """Whether the patient's draw falls into the hold-out share. The same patient always draws the same."""
    digest = hashlib.sha256(f"{salt}:{patient_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BASIS_POINTS < share_bp
