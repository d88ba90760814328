"""Gifts of the night: for a sum of payments within some months, and for friends who have paid a first visit."""

from datetime import datetime, time

from django.db import transaction

from clinics.models import Clinic
from loyalty.friend_gifts import find_due, find_undone, give_friend_gift, undo_friend_gift
from loyalty.models import NightlyRun, Standing
from loyalty.nightly import journal
from loyalty.program.versions import NoProgram, RunningProgram, current_program
from loyalty.rules.compiled import Gift
from loyalty.rules.turnover import first_counted_day
from loyalty.threshold_gifts import THRESHOLD, find_reached, give_threshold_gift


def give_gifts(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """One transaction per gift: whoever has it is no longer found, so a broken night goes on where it stopped."""
    for undone in find_undone(clinic=clinic):
        undo_friend_gift(undone, at=at)
    for due in find_due(clinic=clinic, at=at):
        with transaction.atomic():
            _count(run, give_friend_gift(due, clinic=clinic, at=at))
    try:
        running = current_program(at=at)
    except NoProgram:
        return
    for gift in running.program.gifts:
        if gift.trigger["kind"] == THRESHOLD:
            _give_for_sum(gift, clinic=clinic, run=run, running=running, at=at)


def _give_for_sum(gift: Gift, *, clinic: Clinic, run: NightlyRun, running: RunningProgram, at: datetime) -> None:
    first_day = first_counted_day(run.day, months=gift.trigger["months"])
    since = datetime.combine(first_day, time(), tzinfo=clinic.tz)
    reached = find_reached(gift, clinic=clinic, since=since, at=at)
    ids = [each.standing_id for each in reached]
    standings = Standing.objects.select_related("patient__home_clinic").in_bulk(ids)
    for each in reached:
        with transaction.atomic():
            points = give_threshold_gift(
                gift, standings[each.standing_id], since=since, key=run.day.isoformat(), running=running, at=at
            )
            _count(run, points)


def _count(run: NightlyRun, points: int) -> None:
    if points:
        journal.add_done(run, accounts=1, points=points)
