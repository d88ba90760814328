"""Open points at the end of a day by the month they burn: stored days as they stand, others from the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from clinics.calendar import end_of_day
from clinics.models import Clinic
from loyalty.rollups.open_days import OPEN_DAYS, asked_of

STORED_CLINICS = (Path(__file__).parent / "sql" / "stored_clinics.sql").read_text()
BY_MONTH = """
    select month, sum(points)::bigint, coalesce(sum(points) filter (where kind = 'VISIT'), 0)::bigint
      from {rows} group by month order by month nulls last"""
STORED = BY_MONTH.format(
    rows="loyalty_openpointsday where clinic_id = any(%(clinics)s::bigint[]) and day = %(first)s::date"
)


BY_ACCOUNT = """
    select account_id, month, sum(points)::bigint,
           coalesce(sum(points) filter (where kind = 'VISIT'), 0)::bigint
      from (select account_id, kind, month, sum(units) as points
              from piece where kind <> 'ROLLING' and day <= %(last)s::date group by account_id, kind, month
            union all
            select account_id, 'ROLLING', month, units
              from rolled where day <= %(last)s::date and coalesce(until > %(last)s::date, true)) one
     where points <> 0 group by account_id, month order by month nulls last, 3 desc, account_id"""


@dataclass(frozen=True, slots=True)
class OpenPoints:
    """Points that burn in one month. Without a month: those that never burn, and those `waiting` for the end of
    their visit, which gives them their day."""

    month: date | None
    points: int
    waiting: int = 0


def open_points_on(
    day: date, *, clinics: Sequence[Clinic], patient_ids: Sequence[int] | None = None
) -> list[OpenPoints]:
    """At the end of the day in each clinic's calendar; the month None comes last. At most three queries.

    Today, a day of which the night has not come, and a day that an operation has changed since its night are
    counted from the lots that are open and the operations since then. So are chosen patients: days are stored of
    whole clinics.
    """
    stored = _stored_clinics(day, clinics) if patient_ids is None else set()
    found: dict[date | None, OpenPoints] = {}
    for is_stored, query in ((True, STORED), (False, OPEN_DAYS + BY_MONTH.format(rows="open"))):
        asked = [clinic for clinic in clinics if (clinic.pk in stored) is is_stored]
        if not asked:
            continue
        with connection.cursor() as cursor:
            cursor.execute(query, asked_of(asked, first=day, last=day, patient_ids=patient_ids))
            for month, points, waiting in cursor.fetchall():
                known = found.get(month, OpenPoints(month, 0))
                found[month] = OpenPoints(month, known.points + points, known.waiting + waiting)
    return sorted(found.values(), key=lambda one: one.month or date.max)


@dataclass(frozen=True, slots=True)
class OpenOfAccount:
    """Points of one account that burn in one month."""

    account_id: int
    month: date | None
    points: int
    waiting: int


def list_open_points(
    day: date, *, clinics: Sequence[Clinic], patient_ids: Sequence[int] | None = None
) -> list[OpenOfAccount]:
    """The same by account, counted from the ledger: of a past day points that roll stand in the month that is
    known now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_DAYS + BY_ACCOUNT, asked_of(clinics, first=day, last=day, patient_ids=patient_ids))
        return [OpenOfAccount(*row) for row in cursor.fetchall()]


def _stored_clinics(day: date, clinics: Sequence[Clinic]) -> set[int]:
    asked: dict[str, Any] = {
        "day": day,
        "clinics": [clinic.pk for clinic in clinics],
        "ends": [end_of_day(day, clinic.tz) for clinic in clinics],
    }
    with connection.cursor() as cursor:
        cursor.execute(STORED_CLINICS, asked)
        return {clinic_id for (clinic_id,) in cursor.fetchall()}
