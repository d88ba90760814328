"""Puts on the call list whom no message reaches before points burn, and who has not come for half a year.

One statement per cause and clinic; the cause is the task's key, so that repetitions, two workers and days of
downtime make one task of it. What nobody has to be called about any more is closed.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from clinics.calendar import add_months, end_of_day, local_date
from clinics.models import Clinic
from loyalty.calls.working import close_tasks
from loyalty.models import CallTask, NightlyRun, Receipt
from loyalty.nightly import journal

# The program has no setting for these yet.
NO_VISIT_MONTHS = 6
# Nights that a portal which was down makes good; who was lost before is a campaign's business, not the list's.
CAUGHT_UP_DAYS = 7

Kind = CallTask.Kind
# Nobody has to agree to be called; whoever asked not to be, is not.
INSERT = """
    insert into loyalty_calltask (key, kind, facts, patient_id, clinic_id, words, due_date, created_at, outcome)
    select cause.key, %(kind)s, cause.facts, patient.id, %(clinic)s, '', %(today)s, %(at)s, ''
      from ({causes}) cause
      join patients_patient patient on patient.id = cause.patient_id
     where patient.home_clinic_id = %(clinic)s and patient.phone is not null
       and patient.merged_into_id is null and patient.erased_at is null
       and not exists (
            select from (select distinct on (consent.kind) consent.granted
                           from patients_consentrecord consent
                          where consent.patient_id = patient.id
                            and (consent.kind, consent.channel) in (('ADVERTISING', 'CALL'), ('PERSONAL_DATA', ''))
                          order by consent.kind, consent.id desc) said
             where not said.granted)
    on conflict (key) do nothing"""
# Only who was to be reminded and was not reached; the hold-out group is left in peace.
UNREACHED = """
    select distinct on (plan.account_id, plan.last_day)
           'burning:' || plan.account_id || ':' || plan.last_day as key, plan.patient_id,
           jsonb_build_object('points', plan.points, 'last_day', plan.last_day) as facts
      from loyalty_reminderplan plan
      join notifications_outboxmessage message
        on message.key = 'reminder:' || plan.account_id || ':' || plan.last_day || ':' || plan.days_before
     where plan.planned_at > %(since)s and plan.last_day >= %(today)s and not plan.is_held_out
       and (message.status = 'FAILED' or message.skip_reason in ('NO_CONSENT', 'NO_ADDRESS', 'NO_CHANNEL'))
     order by plan.account_id, plan.last_day, plan.days_before"""
LOST = """
    select 'no-visit:' || standing.patient_id || ':' || (standing.last_paid_at at time zone %(zone)s)::date as key,
           standing.patient_id,
           jsonb_build_object('last_day', (standing.last_paid_at at time zone %(zone)s)::date) as facts
      from loyalty_standing standing
     where standing.last_paid_at >= %(lost_since)s and standing.last_paid_at < %(lost_until)s
       and not exists (select from loyalty_receipt paid_by_another
                        where paid_by_another.treated_id = standing.patient_id
                          and paid_by_another.paid_at >= %(lost_until)s)"""


def make_call_list(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """One transaction; counts the tasks made."""
    today = local_date(at, clinic.tz)
    lost_on = add_months(today, -NO_VISIT_MONTHS)
    values: dict[str, Any] = {
        "clinic": clinic.pk,
        "today": today,
        "at": at,
        "zone": clinic.timezone,
        "since": at - timedelta(days=31),  # no ladder begins earlier
        "lost_since": end_of_day(lost_on - timedelta(days=CAUGHT_UP_DAYS), clinic.tz),
        "lost_until": end_of_day(lost_on, clinic.tz),
    }
    with transaction.atomic():
        _close_outlived(clinic, today=today.isoformat(), at=at)
        made = _insert(UNREACHED, values | {"kind": Kind.BURNING})
        made += _insert(LOST, values | {"kind": Kind.NO_VISIT})
        journal.add_done(run, accounts=made, points=0)


def _insert(causes: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(causes=causes), values)
        return cursor.rowcount


def _close_outlived(clinic: Clinic, *, today: str, at: datetime) -> None:
    """The patient has come by themselves, or the points have burnt."""
    by_itself = Q(clinic=clinic, kind__in=(Kind.BURNING, Kind.NO_VISIT))
    has_come = Q(patient__standing__last_paid_at__gt=F("created_at")) | Exists(
        Receipt.objects.filter(treated=OuterRef("patient"), paid_at__gt=OuterRef("created_at"))
    )
    is_over = Q(kind=Kind.BURNING, facts__last_day__lt=today)
    outlived = CallTask.objects.filter(by_itself & (has_come | is_over), done_at=None)
    close_tasks(Q(pk__in=outlived.values("pk")), at=at)
