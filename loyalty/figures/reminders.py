"""What reminders before burning bring: delivered, came, revenue, points spent, and how much of it is theirs.

A purchase counts to the last reminder delivered before it, within the attribution window and before the points of
that reminder burn; each purchase once, at the clinics asked about. Money and points are net of all refunds so far.

The increment compares everybody who was to be reminded with the hold-out group, whether their reminder was
delivered or not: who has no address, or has not agreed, differs from others in more than the reminder. Both groups
are counted from the same moment, at which the reminder was due.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from loyalty.figures.maths import increment, ratios
from loyalty.figures.maths.increment import Interval, Trial
from loyalty.figures.sold import PERSON_NAME, segment_ids
from loyalty.program.versions import NoProgram, current_program
from loyalty.reports.scope import Scope
from loyalty.rules.compilation import ATTRIBUTION_DAYS

# Reminders planned within the days at the patients' home clinics, with the moment at which their points end.
# A card that was merged counts as the one it became.
_PLANS = """
    place as (
        select * from unnest(%(clinics)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
                             %(zones)s::text[]) as place(clinic_id, starts_at, ends_at, zone)
    ), plan as (
        select p.id, coalesce(own.merged_into_id, own.id) as patient_id, p.days_before, p.is_held_out, p.due_at,
               p.planned_at >= place.starts_at and p.planned_at < place.ends_at as is_asked,
               ((p.last_day + 1)::timestamp at time zone place.zone) as burns_at,
               'reminder:' || p.account_id || ':' || p.last_day || ':' || p.days_before as message_key
          from place
          join loyalty_reminderplan p on p.planned_at >= place.starts_at
          join patients_patient own on own.id = p.patient_id and own.home_clinic_id = place.clinic_id
         where %(patients)s::bigint[] is null or p.patient_id = any(%(patients)s::bigint[])
    ), delivered as (
        select plan.*, m.sent_at,
               least(m.sent_at + make_interval(days => %(window)s), plan.burns_at) as counts_until
          from plan join notifications_outboxmessage m on m.key = plan.message_key and m.status = 'SENT'
         where not plan.is_held_out
    ), purchase as (
        select r.id, r.patient_id, r.paid_at,
               r.paid - coalesce(back.money, 0) as paid,
               r.points_spent - coalesce(back.points, 0) as points
          from loyalty_receipt r
          left join lateral (
                select sum(f.money) as money, sum(f.points_returned) as points, bool_or(f.is_complete) as is_whole
                  from loyalty_refund f where f.receipt_id = r.id) back on true
         where r.clinic_id = any(%(clinics)s) and r.price > r.discount and not coalesce(back.is_whole, false)
    )"""

_WON = """
    won as (
        select distinct on (purchase.id) purchase.*, delivered.id as plan_id, delivered.days_before,
               delivered.is_asked
          from delivered
          join purchase on purchase.patient_id = delivered.patient_id
           and purchase.paid_at >= delivered.sent_at and purchase.paid_at < delivered.counts_until
         order by purchase.id, delivered.sent_at desc, delivered.id desc
    )"""

_RUNGS = """
    with PLAN_TABLES, WON_TABLES, planned as (
        select days_before, count(*) filter (where not is_held_out) as planned,
               count(*) filter (where is_held_out) as held_out
          from plan where is_asked group by days_before
    ), sent as (
        select days_before, count(*) as sent, count(distinct patient_id) as people
          from delivered where is_asked group by days_before
    ), brought as (
        select days_before, count(*) as receipts, count(distinct patient_id) as came, sum(paid) as paid,
               sum(points) as points
          from won where is_asked group by days_before
    )
    select days_before, planned, held_out, coalesce(sent, 0), coalesce(people, 0), coalesce(receipts, 0),
           coalesce(came, 0), (100 * coalesce(paid, 0))::bigint, coalesce(points, 0)::bigint
      from planned left join sent using (days_before) left join brought using (days_before)
     order by days_before desc"""

_RECEIPTS = "with PLAN_TABLES, WON_TABLES select id, days_before from won where is_asked order by id"

_PATIENTS = """
    with PLAN_TABLES, WON_TABLES, planned as (
        select patient_id, days_before, count(*) filter (where not is_held_out) as planned,
               count(*) filter (where is_held_out) as held_out
          from plan where is_asked group by patient_id, days_before
    ), sent as (
        select patient_id, days_before, count(*) as sent
          from delivered where is_asked group by patient_id, days_before
    ), brought as (
        select patient_id, days_before, count(*) as receipts, sum(paid) as paid, sum(points) as points
          from won where is_asked group by patient_id, days_before
    )
    select person.id, PERSON_NAME, person.phone, days_before, planned, held_out, coalesce(sent, 0),
           coalesce(receipts, 0), (100 * coalesce(paid, 0))::bigint, coalesce(points, 0)::bigint
      from planned
      left join sent using (patient_id, days_before)
      left join brought using (patient_id, days_before)
      join patients_patient person on person.id = planned.patient_id
     order by days_before desc, person.id"""

# One row per person and group: a person reminded twice has come once.
_TRIAL_TABLES = """
    with PLAN_TABLES, person as (
        select plan.is_held_out, plan.patient_id, count(distinct purchase.id) as receipts
          from plan
          left join purchase on purchase.patient_id = plan.patient_id and purchase.paid_at >= plan.due_at
           and purchase.paid_at < least(plan.due_at + make_interval(days => %(window)s), plan.burns_at)
         where plan.is_asked
         group by plan.is_held_out, plan.patient_id
    )"""
_GROUPS = """
    TRIAL_TABLES
    select is_held_out, count(*), count(*) filter (where receipts > 0) from person group by is_held_out"""
_TRIED = """
    TRIAL_TABLES
    select trial.patient_id, PERSON_NAME, person.phone, trial.is_held_out, trial.receipts
      from person trial join patients_patient person on person.id = trial.patient_id
     order by trial.is_held_out, trial.patient_id"""


_PARTS = {
    "TRIAL_TABLES": _TRIAL_TABLES, "WON_TABLES": _WON, "PLAN_TABLES": _PLANS, "PERSON_NAME": PERSON_NAME,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: so many days before the last day. Money in kopecks."""

    days_before: int
    planned: int
    held_out: int
    delivered: int
    people: int  # who got one
    receipts: int
    came: int
    paid: int
    points: int  # spent on these receipts


@dataclass(frozen=True, slots=True)
class RungPatient:
    """One patient on one step: their reminders, and what came of them. Money in kopecks."""

    patient_id: int
    patient: str
    phone: str | None
    days_before: int
    planned: int
    held_out: int
    delivered: int
    receipts: int
    paid: int
    points: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One patient of one of the groups that are compared."""

    patient_id: int
    patient: str
    phone: str | None
    is_held_out: bool
    receipts: int


@dataclass(frozen=True, slots=True)
class Effect:
    """Reminded against held out."""

    reminded: Trial
    held_out: Trial

    @property
    def increment(self) -> Interval | None:
        return increment.difference(treated=self.reminded, held_out=self.held_out)

    @property
    def extra_people(self) -> Interval | None:
        """Who came because of the reminder."""
        found = self.increment
        return None if found is None else found.times(self.reminded.people)

    def extra_revenue(self, *, paid: int, receipts: int) -> int | None:
        """Kopecks: people who came because of the reminder, at the average receipt of those reminded."""
        mean, people = ratios.mean_kopecks(paid, receipts), self.extra_people
        return None if mean is None or people is None else round(people.estimate * mean)


def attribution_days(scope: Scope) -> int:
    """Of the program in force at the moment of asking."""
    try:
        return current_program(at=scope.at).program.reminders.attribution_days
    except NoProgram:
        return ATTRIBUTION_DAYS


def read_rungs(scope: Scope, *, window: int) -> list[Rung]:
    """The longest first."""
    return [Rung(*row) for row in _ask(_RUNGS, scope, window=window)]


def read_effect(scope: Scope, *, window: int) -> Effect:
    groups = {
        is_held_out: Trial(people, came) for is_held_out, people, came in _ask(_GROUPS, scope, window=window)
    }
    return Effect(reminded=groups.get(False, Trial(0, 0)), held_out=groups.get(True, Trial(0, 0)))


def list_rung_patients(scope: Scope, *, window: int) -> list[RungPatient]:
    """Those whom `read_rungs` counts."""
    return [RungPatient(*row) for row in _ask(_PATIENTS, scope, window=window)]


def list_tried(scope: Scope, *, window: int) -> list[Tried]:
    """Those whom `read_effect` counts."""
    return [Tried(*row) for row in _ask(_TRIED, scope, window=window)]


def receipts_of_reminders(scope: Scope, *, window: int) -> dict[int, int]:
    """Days before the last day of the reminder that brought it, by receipt."""
    return dict(_ask(_RECEIPTS, scope, window=window))


def _ask(query: str, scope: Scope, *, window: int) -> list[tuple[Any, ...]]:
    clinics, starts, ends = scope.span_arrays()
    values: dict[str, Any] = {
        "clinics": clinics,
        "starts": starts,
        "ends": ends,
        "zones": [clinic.timezone for clinic in scope.clinics],
        "patients": segment_ids(scope),
        "window": window,
    }
    with connection.cursor() as cursor:
        for name, text in _PARTS.items():
            query = query.replace(name, text)
        cursor.execute(query, values)
        return cursor.fetchall()
