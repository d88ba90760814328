"""Whose first purchase may lie in the days: found among the buyers of the days, however long the past is."""

from loyalty.figures.sold import ask
from loyalty.reports.scope import Scope

# Nobody who has bought before the first purchase within the days, on a day that is not among them.
_NEWCOMERS = """
    with SOLD_TABLES, first as (
        select patient_id, min(at) as at from bought group by patient_id
    )
    select first.patient_id
      from first
     where not exists (
           select from place
             join loyalty_receipt r on r.clinic_id = place.clinic_id and r.paid_at < place.starts_at
            where r.patient_id = first.patient_id and r.paid_at < first.at and {costs_something}
              and not exists (
                  select from loyalty_refund whole
                   where whole.receipt_id = r.id and whole.is_complete and whole.at < place.ends_at) offset 0)"""
_RECEIPT = "r.price > r.discount"
_DOCTORS_LINES = """
    exists (select from loyalty_receiptline l
             where l.receipt_id = r.id and l.doctor_id = %(doctor)s and l.price > l.discount)"""


def newcomer_ids(scope: Scope) -> list[int]:
    """All whose first purchase at the clinics was in the days; where zones differ, a few more. One query."""
    costs_something = _RECEIPT if scope.doctor_id is None else _DOCTORS_LINES
    return [patient_id for (patient_id,) in ask(_NEWCOMERS.format(costs_something=costs_something), scope)]
