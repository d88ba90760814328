"""What members have paid, as far as their tiers count it, read for many of them by one query.

Money paid on receipts, net of their refunds, by day of the patient's home clinic. What was paid in a system used
before has no days: in a window of months it counts from the day on which it was taken over.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import connection

from clinics.money import to_kopecks
from loyalty.models import Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.turnover import ONE_DAY, Payment, Turnover, first_counted_day

PAYMENTS = """
    with paid as (
        select r.patient_id, r.paid_at as at,
               r.paid - coalesce((select sum(f.money) from loyalty_refund f where f.receipt_id = r.id), 0) as money
          from loyalty_receipt r
         where r.patient_id = any(%(patients)s) and r.paid > 0 and r.paid_at >= %(since)s
        union all
        select k.patient_id, o.recorded_at, o.turnover
          from loyalty_importedopening o
          join patients_patientsourcekey k on k.id = o.source_key_id
         where k.patient_id = any(%(patients)s) and o.turnover > 0 and o.recorded_at >= %(since)s
    )
    select paid.patient_id, (paid.at at time zone c.timezone)::date as day, sum(paid.money)
      from paid
      join patients_patient p on p.id = paid.patient_id
      join clinics_clinic c on c.id = p.home_clinic_id
     group by 1, 2
    having sum(paid.money) > 0 and (paid.at at time zone c.timezone)::date >= %(first_day)s
     order by 1, 2"""


def read_turnover(standing: Standing, *, program: CompiledProgram, day: date) -> Turnover:
    """One member's. No query where the whole life counts."""
    return read_turnovers([standing], program=program, day=day)[standing.patient_id]


def read_turnovers(standings: Sequence[Standing], *, program: CompiledProgram, day: date) -> dict[int, Turnover]:
    """By patient id: all that counts on the day and later."""
    payments: dict[int, list[Payment]] = {standing.patient_id: [] for standing in standings}
    if program.turnover_months is not None:
        _read_payments(payments, first_day=first_counted_day(day, months=program.turnover_months))
    return {
        standing.patient_id: Turnover(to_kopecks(standing.turnover), payments[standing.patient_id])
        for standing in standings
    }


def _read_payments(payments: dict[int, list[Payment]], *, first_day: date) -> None:
    values: dict[str, Any] = {
        "patients": list(payments),
        "first_day": first_day,
        # No zone is more than 14 hours ahead: a bound that the index can use, the day itself decides.
        "since": datetime.combine(first_day - ONE_DAY, time(), tzinfo=UTC),
    }
    with connection.cursor() as cursor:
        cursor.execute(PAYMENTS, values)
        for patient_id, day, money in cursor.fetchall():
            payments[patient_id].append(Payment(day, to_kopecks(money)))
