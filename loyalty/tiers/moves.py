"""Who gets another tier when a program comes into force, told before it is published. Nothing is written.

Judged by what counts today: payments that leave the count later are no part of the answer. A fall comes after its
grace; of a program that lowers by one step, the first step is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL

from clinics.calendar import local_date
from clinics.models import Clinic
from clinics.money import to_roubles
from loyalty.rules.compiled import CompiledProgram, DowngradePolicy
from loyalty.rules.turnover import first_counted_day
from patients.models import Patient

JUDGED = """
    with place as (
        select * from unnest(%s::bigint[], %s::date[], %s::timestamptz[]) as place(clinic_id, today, since)
    ), tier as (
        select * from unnest(%s::text[], %s::numeric[]) with ordinality as tier(code, threshold, position)
    ), member as (
        select s.patient_id, s.tier as now, s.turnover, s.earned_tier, s.floor_tier,
               s.floor_until >= place.today as is_held, place.since
          from loyalty_standing s
          join patients_patient p on p.id = s.patient_id and p.erased_at is null and p.merged_into_id is null
          join place on place.clinic_id = p.home_clinic_id
    ), counted as materialized ({counted}
    ), judged as (
        select member.patient_id, member.now,
               (select max(position) from tier where threshold <= counted.money or position = 1) as reached,
               (select position from tier where code = member.earned_tier) as earned,
               (select position from tier where code = member.floor_tier and member.is_held) as floor
          from member join counted using (patient_id)
    ), moved as materialized (
        select judged.patient_id, judged.now, tier.code as later
          from judged
          join tier on tier.position = greatest(judged.floor, {kept})
    )
    {answer}"""
LIFETIME = """
        select patient_id, turnover as money from member"""
WINDOW = """
        select member.patient_id, coalesce(sum(paid.money), 0) as money
          from member
          left join (
            select patient_id, paid_at as at, paid as money from loyalty_receipt
            union all
            select r.patient_id, r.paid_at, -f.money
              from loyalty_refund f join loyalty_receipt r on r.id = f.receipt_id
            union all
            select k.patient_id, o.recorded_at, o.turnover
              from loyalty_importedopening o join patients_patientsourcekey k on k.id = o.source_key_id
          ) paid on paid.patient_id = member.patient_id and paid.at >= member.since
         group by member.patient_id"""
# Of nothing and a position the database takes the position: a tier that the program does not know keeps nobody.
KEPT = {
    DowngradePolicy.NEVER: "greatest(judged.earned, judged.reached)",
    DowngradePolicy.AT_END: "judged.reached",
    DowngradePolicy.ONE_STEP: "greatest(judged.earned - 1, judged.reached)",
}
COUNTS = "select now, later, count(*) from moved group by now, later order by now, later"
PATIENTS = "select patient_id from moved where now = %s and later = %s"


@dataclass(frozen=True, slots=True)
class TierMove:
    """Tiers by code, the first one as it is stored today; equal for those who stay."""

    now: str
    then: str
    members: int


def tier_moves(program: CompiledProgram, *, clinics: Sequence[Clinic], at: datetime) -> list[TierMove]:
    """How many of the clinics' members go from which tier to which; nothing without tiers. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_query(program, COUNTS), _values(program, clinics=clinics, at=at))
        return [TierMove(*row) for row in cursor.fetchall()]


def moving_patients(
    program: CompiledProgram, *, clinics: Sequence[Clinic], at: datetime, now: str, then: str
) -> QuerySet[Patient]:
    """The people behind one of the counts, in no order: for lists with pages."""
    values = [*_values(program, clinics=clinics, at=at), now, then]
    found = RawSQL(f"array({_query(program, PATIENTS)})", values)  # noqa: S611  # our own text
    # Not IN: expecting one row there, the database may search all of them anew for every patient.
    is_found = Func(F("pk"), found, template="%(expressions)s", arg_joiner=" = any", output_field=BooleanField())
    return Patient.objects.filter(is_found)


def _query(program: CompiledProgram, answer: str) -> str:
    counted = LIFETIME if program.turnover_months is None else WINDOW
    return JUDGED.format(counted=counted, kept=KEPT[program.downgrade], answer=answer)


def _values(program: CompiledProgram, *, clinics: Sequence[Clinic], at: datetime) -> list[Any]:
    today = {clinic.pk: local_date(at, clinic.tz) for clinic in clinics}
    return [
        [clinic.pk for clinic in clinics],
        [today[clinic.pk] for clinic in clinics],
        [_since(program, clinic, at=at) for clinic in clinics],
        [tier.code for tier in program.tiers],
        [to_roubles(tier.threshold_kopecks) for tier in program.tiers],
    ]


def _since(program: CompiledProgram, clinic: Clinic, *, at: datetime) -> datetime:
    """The moment from which payments count; with the whole life it is not asked for."""
    if program.turnover_months is None:
        return at
    first_day = first_counted_day(local_date(at, clinic.tz), months=program.turnover_months)
    return datetime.combine(first_day, time(), tzinfo=clinic.tz).astimezone(UTC)
