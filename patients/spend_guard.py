"""Counts wrong codes of a patient: five of them close the patient's codes for a quarter of an hour.

The row is locked before a code is looked at, so guesses sent together can't outrun the count. `now` is real time.
"""

from datetime import datetime, timedelta

from patients.models import SpendGuard

MOST_WRONG_TRIES = 5
BLOCK = timedelta(minutes=15)
# An insert that finds the row locks it too: one statement whether or not the patient ever had a code.
LOCKED = f"""
    insert into {SpendGuard._meta.db_table} (patient_id, wrong_tries, card_step) values (%s, 0, 0)
        on conflict (patient_id) do update set patient_id = excluded.patient_id
    returning *"""  # noqa: S608


class CodesBlocked(Exception):
    """Five codes were wrong: none of this patient's is looked at before `until`, real time."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def lock_guard(patient_id: int) -> SpendGuard:
    """The patient's guard, locked to the end of the caller's transaction. One query."""
    return SpendGuard.objects.raw(LOCKED, [patient_id])[0]


def check_open(guard: SpendGuard, *, now: datetime) -> None:
    """Raises CodesBlocked."""
    if guard.blocked_until is not None and now < guard.blocked_until:
        raise CodesBlocked(until=guard.blocked_until)


def count_wrong(guard: SpendGuard, *, now: datetime) -> int:
    """Count a wrong code; how many tries are left, 0 when it was the last. Those of long ago are forgotten."""
    is_recent = guard.last_wrong_at is not None and now - guard.last_wrong_at < BLOCK
    tries = guard.wrong_tries + 1 if is_recent else 1
    guard.last_wrong_at = now
    if tries < MOST_WRONG_TRIES:
        guard.wrong_tries = tries
    else:
        guard.wrong_tries = 0
        guard.blocked_until = now + BLOCK
    guard.save(update_fields=["wrong_tries", "last_wrong_at", "blocked_until"])
    return MOST_WRONG_TRIES - tries


def forget_wrong(guard: SpendGuard, *, card_step: int | None) -> None:
    """After a right code; a used card code is remembered, for it and all before it are good no more."""
    changed = guard.wrong_tries != 0 or card_step is not None
    guard.wrong_tries = 0
    guard.card_step = card_step or guard.card_step
    if changed:
        guard.save(update_fields=["wrong_tries", "card_step"])
