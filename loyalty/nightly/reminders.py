"""Plans the reminders before points burn: a ladder of days before each last day of each account.

A plan row and its message are one transaction. What is due is read from the lots and from the rungs planned
before, so repetitions, two workers and days of downtime give every patient each rung at most once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from clinics import fail_points
from clinics.calendar import end_of_day, local_date
from clinics.models import Clinic
from loyalty.messages.events import POINTS_BURNING_SOON
from loyalty.models import NightlyRun, ReminderPlan
from loyalty.nightly import journal
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.reminding import due_rung, is_held_out
from notifications import outbox
from notifications.quiet_hours import next_daytime

SLICE = 1000
# First half of an advisory lock's name; the second is the clinic.
PLANNING_LOCK = 20_651

# Two ways into the lots, by their own day and by the account's rolling date: each uses its partial index.
UNPLANNED = """
    with burning as (
        select l.account_id, l.last_day, l.expires_at, l.remaining
          from loyalty_lot l
         where l.remaining > 0 and l.is_released
           and l.expires_at > %(at)s and l.expires_at <= %(until)s
        union all
        select a.id, a.rolling_until, a.rolling_expires_at, l.remaining
          from loyalty_account a
          join loyalty_lot l on l.account_id = a.id and l.expires_at is null and not l.never_burns
         where a.rolling_expires_at > %(at)s and a.rolling_expires_at <= %(until)s
           and l.remaining > 0 and l.is_released
    )
    select burning.account_id, a.patient_id, burning.last_day, max(burning.expires_at),
           sum(burning.remaining)::bigint,
           (select r.is_held_out from loyalty_reminderplan r
             where r.account_id = burning.account_id and r.last_day = burning.last_day limit 1)
      from burning
      join loyalty_account a on a.id = burning.account_id and a.unit = 'POINTS'
      join patients_patient p on p.id = a.patient_id and p.home_clinic_id = %(clinic)s
       and p.erased_at is null and p.merged_into_id is null
     where burning.last_day between %(today)s::date and %(today)s::date + %(longest)s::int
       and not exists (
        select from loyalty_reminderplan r
         where r.account_id = burning.account_id and r.last_day = burning.last_day
           and r.days_before = (select min(rung) from unnest(%(rungs)s::int[]) rung
                                 where rung >= burning.last_day - %(today)s::date))
     group by burning.account_id, a.patient_id, burning.last_day
     order by burning.account_id, burning.last_day
     limit %(limit)s"""


@dataclass(frozen=True, slots=True)
class Burning:
    """Points of one account that end together. `draw` is None for a ladder that has not begun."""

    account_id: int
    patient_id: int
    last_day: date
    expires_at: datetime
    points: int
    draw: bool | None


def plan_reminders(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """Plan what is due on the clinic's present day, and queue a message for whoever is not held out.

    Slice by slice, each its own transaction; one worker at a time plans for a clinic.
    """
    try:
        program = current_program(at=at).program
    except NoProgram:
        return
    while program.reminders.days_before and _plan_slice(clinic=clinic, program=program, run=run, at=at):
        fail_points.reached("reminders.after_slice")


def _plan_slice(*, clinic: Clinic, program: CompiledProgram, run: NightlyRun, at: datetime) -> bool:
    """False when nothing is left to plan."""
    with transaction.atomic():
        _lock_planning(clinic)
        burning = _unplanned(clinic=clinic, program=program, at=at)
        plans = [_plan(item, clinic=clinic, program=program, at=at) for item in burning]
        ReminderPlan.objects.bulk_create(plans)
        fail_points.reached("reminders.after_plan")
        drafts = [_draft(plan, item) for plan, item in zip(plans, burning, strict=True) if not plan.is_held_out]
        outbox.enqueue_all(event=POINTS_BURNING_SOON, drafts=drafts, at=at)
        journal.add_done(run, accounts=len(plans), points=sum(plan.points for plan in plans))
        fail_points.reached("reminders.before_commit")
    return bool(plans)


def _lock_planning(clinic: Clinic) -> None:
    """Wait for another worker that plans for the clinic; what it has planned is then seen."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s::int, %s::int)", [PLANNING_LOCK, clinic.pk])


def _unplanned(*, clinic: Clinic, program: CompiledProgram, at: datetime) -> list[Burning]:
    """A slice of what burns soon and has no plan yet for the rung of today."""
    today = local_date(at, clinic.tz)
    ladder = program.reminders.days_before
    values: dict[str, Any] = {
        "at": at,
        # A day wider than the ladder: a lot's moment is by the zone of the clinic that was home when it was given.
        "until": end_of_day(today + timedelta(days=max(ladder) + 1), clinic.tz),
        "longest": max(ladder),
        "clinic": clinic.pk,
        "rungs": list(ladder),
        "today": today,
        "limit": SLICE,
    }
    with connection.cursor() as cursor:
        cursor.execute(UNPLANNED, values)
        return [Burning(*row) for row in cursor.fetchall()]


def _plan(item: Burning, *, clinic: Clinic, program: CompiledProgram, at: datetime) -> ReminderPlan:
    rung = due_rung(program.reminders.days_before, today=local_date(at, clinic.tz), last_day=item.last_day)
    if rung is None:
        raise ValueError(f"nothing of the ladder is due for {item}")
    draw = item.draw
    if draw is None:
        salt = f"{program.code}:reminders"
        draw = is_held_out(salt=salt, patient_id=item.patient_id, share_bp=program.reminders.holdout_bp)
    return ReminderPlan(
        account_id=item.account_id,
        patient_id=item.patient_id,
        last_day=item.last_day,
        days_before=rung,
        points=item.points,
        is_held_out=draw,
        planned_at=at,
        due_at=next_daytime(at, clinic.tz),
    )


def _draft(plan: ReminderPlan, item: Burning) -> outbox.Draft:
    return outbox.Draft(
        patient_id=plan.patient_id,
        key=plan.message_key,
        due_at=plan.due_at,
        not_after=item.expires_at,
        context={"account": plan.account_id, "last_day": plan.last_day.isoformat()},
    )
