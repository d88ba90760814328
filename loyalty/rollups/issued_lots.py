"""Lots issued in one month, with what has become of their points: the rows behind the points by month of issue.

A lot that continues another belongs to the first one, as in the rollup of cohorts. Reads no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from clinics.models import Clinic

ISSUED_LOTS = """
    with recursive place as (
      select * from unnest(%(clinics)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        as place(clinic_id, starts_at, ends_at)
    ), issued as materialized (
      select l.id, l.account_id, l.amount, made.id as operation_id, made.effective_at
        from loyalty_operation made
        join loyalty_entry e on e.operation_id = made.id
        join loyalty_lot l on l.entry_id = e.id and l.origin_lot_id is null
        join loyalty_account a on a.id = l.account_id and a.unit = 'POINTS'
        join patients_patient p on p.id = a.patient_id
        join place on place.clinic_id = p.home_clinic_id
                  and made.effective_at >= place.starts_at and made.effective_at < place.ends_at
       where made.effective_at >= %(earliest)s::timestamptz and made.effective_at < %(latest)s::timestamptz
         and made.kind in ('EARN', 'GIFT', 'OPENING', 'ADJUST')
    ), family as (
      select id as first_id, id as lot_id from issued
      union all
      select family.first_id, l.id from family join loyalty_lot l on l.origin_lot_id = family.lot_id
    ), become as (
      select family.first_id, sum(l.remaining) as open, sum(burnt.units) as burnt
        from family
        join loyalty_lot l on l.id = family.lot_id
       cross join lateral (
             select coalesce(-sum(x.units), 0) as units
               from loyalty_allocation x
               join loyalty_entry e on e.id = x.entry_id
               join loyalty_operation o on o.id = e.operation_id and o.kind = 'BURN'
              where x.lot_id = l.id) burnt
       group by family.first_id
    )
    select issued.operation_id, issued.account_id, issued.effective_at, issued.amount::bigint,
           become.burnt::bigint, become.open::bigint
      from issued join become on become.first_id = issued.id
     order by issued.effective_at, issued.id"""


@dataclass(frozen=True, slots=True)
class IssuedLot:
    """Points that one operation gave: how many have burnt so far, and how many are open."""

    operation_id: int
    account_id: int
    at: datetime
    issued: int
    burnt: int
    open: int


def list_issued_lots(spans: Sequence[tuple[Clinic, datetime, datetime]]) -> list[IssuedLot]:
    """Of each clinic between its moments. One query."""
    starts, ends = [start for _, start, _ in spans], [end for _, _, end in spans]
    asked: dict[str, Any] = {
        "clinics": [clinic.pk for clinic, _, _ in spans],
        "starts": starts,
        "ends": ends,
        "earliest": min(starts),
        "latest": max(ends),
    }
    with connection.cursor() as cursor:
        cursor.execute(ISSUED_LOTS, asked)
        return [IssuedLot(*row) for row in cursor.fetchall()]
