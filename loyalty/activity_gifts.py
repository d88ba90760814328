"""Gifts for something done in the cabinet: each once in a lifetime, whenever the program has a rule for it.

A visit is booked online when the desk has agreed on a time with whoever asked for it in the cabinet.
"""

from datetime import datetime
from enum import StrEnum

from loyalty.gifts import Occasion, give_gift
from loyalty.models import Operation, Standing
from loyalty.program.versions import NoProgram, RunningProgram, current_program
from loyalty.rules.compiled import Gift

KIND = "activity"
ONCE = "once"


class Activity(StrEnum):
    """As the document of the program calls them."""

    FIRST_LOG_IN = "first_log_in"
    PROFILE_FILLED = "profile_filled"
    BOOKED_ONLINE = "booked_online"


def give_activity_gifts(activity: Activity, *, patient_id: int, at: datetime) -> int:
    """Points given now: 0 for who is no member, has had the gift, came back after leaving, or without a rule.

    A transaction per gift; see `give_gift` for its locks.
    """
    found = _gifts_for(activity, patient_id=patient_id, at=at)
    if found is None:
        return 0
    running, standing, gifts = found
    given = (give_gift(gift, Occasion(standing, key=ONCE), running=running, at=at) for gift in gifts)
    return sum(posted.units for posted in given if posted is not None)


def offered_points(activity: Activity, *, patient_id: int, at: datetime) -> int:
    """What a member could still get for it; 0 once they have had it. Reads only."""
    found = _gifts_for(activity, patient_id=patient_id, at=at)
    if found is None:
        return 0
    _running, _standing, gifts = found
    keys = {f"gift:{gift.code}:{patient_id}:{ONCE}": gift.points for gift in gifts}
    had = set(Operation.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(points for key, points in keys.items() if key not in had)


def _gifts_for(
    activity: Activity, *, patient_id: int, at: datetime
) -> tuple[RunningProgram, Standing, list[Gift]] | None:
    try:
        running = current_program(at=at)
    except NoProgram:
        return None
    gifts = [gift for gift in running.program.gifts if _is_for(gift, activity)]
    if not gifts:
        return None
    members = Standing.objects.select_related("patient__home_clinic").filter(
        patient__status="MEMBER", has_left_before=False
    )
    standing = members.filter(patient=patient_id).first()
    return None if standing is None else (running, standing, gifts)


def _is_for(gift: Gift, activity: Activity) -> bool:
    return bool(gift.trigger["kind"] == KIND and gift.trigger["of"] == activity)
