"""Threshold gifts: who has paid enough over the last months gets one, and the count begins anew."""

from datetime import datetime, time
from decimal import Decimal

from django.db import connection, transaction

from clinics.models import Clinic
from clinics.money import to_kopecks, to_roubles
from loyalty.gifts import Occasion, give_gift
from loyalty.models import NightlyRun, Standing
from loyalty.nightly import journal
from loyalty.program.versions import NoProgram, RunningProgram, current_program
from loyalty.rules.amounts import kopecks_of
from loyalty.rules.compiled import Gift
from loyalty.rules.turnover import first_counted_day

THRESHOLD = "threshold"
# What was paid before the last such gift has had its reward; what was paid before the program promised none.
REACHED = """
    select standing.id, last_gift.at, paid.money
      from loyalty_standing standing
      join patients_patient patient on patient.id = standing.patient_id
      left join lateral (
            select max(operation.effective_at) as at
              from loyalty_entry entry
              join loyalty_operation operation on operation.id = entry.operation_id
             where entry.account_id = standing.account_id and operation.kind = 'GIFT'
               and operation.explanation ->> 'rule' = %(rule)s
           ) last_gift on true
      cross join lateral (
            select sum(receipt.paid - coalesce(
                     (select sum(refund.money) from loyalty_refund refund where refund.receipt_id = receipt.id), 0
                   )) as money
              from loyalty_receipt receipt
             where receipt.patient_id = standing.patient_id and receipt.paid_at >= %(since)s
               and receipt.paid_at > coalesce(last_gift.at, '-infinity')
               and receipt.identified_by <> 'IMPORT'
           ) paid
     where patient.home_clinic_id = %(clinic)s and patient.status = 'MEMBER'
       and standing.last_paid_at >= %(since)s and paid.money >= %(threshold)s
     order by standing.id"""


def give_threshold_gifts(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """One transaction per gift: whoever has it is no longer found, so a broken night goes on where it stopped."""
    try:
        running = current_program(at=at)
    except NoProgram:
        return
    for gift in running.program.gifts:
        if gift.trigger["kind"] == THRESHOLD:
            _give(gift, clinic=clinic, run=run, running=running, at=at)


def _give(gift: Gift, *, clinic: Clinic, run: NightlyRun, running: RunningProgram, at: datetime) -> None:
    first_day = first_counted_day(run.day, months=gift.trigger["months"])
    since = datetime.combine(first_day, time(), tzinfo=clinic.tz)
    reached = _reached(gift, clinic=clinic, since=since)
    standings = Standing.objects.select_related("patient__home_clinic").in_bulk(
        [pk for pk, _last, _money in reached]
    )
    for pk, last_gift_at, money in reached:
        counted_from = max(since, last_gift_at or since)
        facts = {"paid_kopecks": to_kopecks(money), "since": counted_from.isoformat()}
        occasion = Occasion(standing=standings[pk], key=run.day.isoformat(), facts=facts)
        with transaction.atomic():
            points = give_gift(gift, occasion, running=running, at=at)
            if points:
                journal.add_done(run, accounts=1, points=points)


def _reached(gift: Gift, *, clinic: Clinic, since: datetime) -> list[tuple[int, datetime | None, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(
            REACHED,
            {
                "rule": gift.code,
                "since": since,
                "clinic": clinic.pk,
                "threshold": to_roubles(kopecks_of(gift.trigger["roubles"])),
            },
        )
        return cursor.fetchall()
