"""What was sold and what went back, as one table of SQL that every figure of money adds up.

A receipt counts on the day it was paid, a refund on the day it was given, each day in the calendar of the
receipt's clinic: a month that is over never changes. A refund takes off what its lines cost before discounts: of a
line's discount the same part as of its price, to the kopeck, and what is left with the last slice.

A purchase is a receipt on which something was paid, in money or points, and which was not refunded in full before
the last day asked for was over. A doctor's figures count the doctor's own lines.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection

from loyalty.reports.scope import Days, Scope

PORTION = 2_000
# Before the first receipt of any clinic.
EVER_SINCE = date(1900, 1, 1)

# Names used by the parts: `r` the receipt, `l` its line (or the receipt itself), `place` the clinic and its days.
# No line costs less than nothing: of a receipt that cost something each line that did is a part of the purchase.
# The moments between which the places have their days stand in the text: the planner knows how much is asked for.
SOLD = """
    place as (
        select * from unnest(%(clinics)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
                             %(zones)s::text[]) as place(clinic_id, starts_at, ends_at, zone)
    ), sale as (
        select r.id as receipt_id, r.patient_id, r.clinic_id, moment.at, place.ends_at, {key} as key,
               l.price, l.discount, l.points_value, l.paid
          from place
          join loyalty_receipt r on r.clinic_id = place.clinic_id and {paid_within}
               {lines}
          cross join lateral (select r.paid_at as at) moment
         where {narrow}
    ), sold as (
        select receipt_id, null::bigint as refund_id, patient_id, clinic_id, at, key, price, discount,
               points_value, paid
          from sale
        union all
        select r.id, f.id, r.patient_id, r.clinic_id, moment.at, {key},
               -(back.discount + coalesce(part.price, 0)), -back.discount,
               -coalesce(part.price - part.money, 0), -coalesce(part.money, 0)
          from place
          join loyalty_refund f on {given_within}
          join loyalty_receipt r on r.id = f.receipt_id and r.clinic_id = place.clinic_id
          join loyalty_receiptline l on l.receipt_id = r.id
          left join loyalty_refundline part on part.refund_id = f.id and part.line_id = l.id
          cross join lateral (
                select coalesce(sum(slice.price), 0) as price from loyalty_refundline slice
                 where slice.line_id = l.id and slice.refund_id < f.id) earlier
          cross join lateral (select f.at as at) moment
          cross join lateral (
                select case when f.is_complete then l.discount
                            when l.price > l.discount
                            then round(l.discount * (earlier.price + coalesce(part.price, 0))
                                       / (l.price - l.discount), 2)
                            else 0 end
                     - case when l.price > l.discount
                            then round(l.discount * earlier.price / (l.price - l.discount), 2)
                            else 0 end as discount) back
         where {narrow}
    ), bought_part as (
        select key, receipt_id, patient_id, clinic_id, at
          from sale
         where price > discount and not exists (
                select from loyalty_refund whole
                 where whole.receipt_id = sale.receipt_id and whole.is_complete and whole.at < sale.ends_at)
    ), bought as (
        select {distinct} key, receipt_id, patient_id, clinic_id, at from bought_part
    )"""
MONTH = "date_trunc('month', moment.at at time zone place.zone)::date"
MONTH_TEXT = f"({MONTH})::text"
PERSON_NAME = (
    "concat_ws(' ', nullif(person.last_name, ''), nullif(person.first_name, ''), nullif(person.middle_name, ''))"
)
LINES = "join loyalty_receiptline l on l.receipt_id = r.id"
# Without a doctor the receipt itself has the sums of its lines.
WHOLE_RECEIPT = (
    "cross join lateral (select r.price, r.discount, r.points_value, r.paid, null::bigint as doctor_id) l"
)

_INVITED = "exists (select from patients_referral edge where edge.patient_id = r.patient_id)"
# Conditions that lists add to a question, by the name of their value.
ALSO = {
    "patient": "r.patient_id = %(patient)s",
    "identified_by": "r.identified_by = any(%(identified_by)s::text[])",
    "receipt_tier": "r.tier = %(receipt_tier)s",
    "channel": "r.channel = %(channel)s",
    "people": "r.patient_id = any(%(people)s::bigint[])",
    "invited": f"{_INVITED} = %(invited)s",
    "has_channel": "(r.channel <> '') = %(has_channel)s",
    "brought": f"(r.channel <> '' or {_INVITED}) = %(brought)s",
}


def ask(
    query: str,
    scope: Scope,
    *,
    key: str = "''",
    by_line: bool = False,
    also: Mapping[str, Any] | None = None,
    **values: Any,
) -> list[tuple[Any, ...]]:
    """Rows of a query that begins with `with` and SOLD's tables. `key` is SQL of ours, never of a person."""
    also = also or {}
    text = _text(query, scope, key=key, by_line=by_line, also=[ALSO[name] for name in also])
    with connection.cursor() as cursor:
        cursor.execute(text, _values(scope) | values | dict(also))
        return cursor.fetchall()


def stream(
    query: str, scope: Scope, *, key: str = "''", also: Mapping[str, Any] | None = None, **values: Any
) -> Iterator[Any]:
    """The same rows in portions: a long list costs no memory."""
    also = also or {}
    text = _text(query, scope, key=key, by_line=False, also=[ALSO[name] for name in also])
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, _values(scope) | values | dict(also))
        while rows := cursor.fetchmany(PORTION):
            yield from rows


def until(scope: Scope) -> Scope:
    """The same question about everything up to the last day."""
    return scope.over(Days(EVER_SINCE, scope.days.last))


def segment_ids(scope: Scope) -> list[int] | None:
    """Patients that the figures are narrowed to; None for everybody."""
    if scope.segment.is_everybody:
        return None
    return list(scope.segment.patients().order_by().values_list("pk", flat=True).distinct())


def _values(scope: Scope) -> dict[str, Any]:
    clinics, starts, ends = scope.span_arrays()
    return {
        "clinics": clinics,
        "starts": starts,
        "ends": ends,
        "zones": [clinic.timezone for clinic in scope.clinics],
        "doctor": scope.doctor_id,
        "patients": segment_ids(scope),
    }


def _text(query: str, scope: Scope, *, key: str, by_line: bool, also: Iterable[str]) -> str:
    narrow = ["true", *also]
    if scope.doctor_id is not None:
        narrow.append("l.doctor_id = %(doctor)s")
    if not scope.segment.is_everybody:
        narrow.append("r.patient_id = any(%(patients)s)")
    has_lines = by_line or scope.doctor_id is not None
    _ids, starts, ends = scope.span_arrays()
    tables = SOLD.format(
        key=key,
        paid_within=_within("r.paid_at", starts, ends),
        given_within=_within("f.at", starts, ends),
        lines=LINES if has_lines else WHOLE_RECEIPT,
        distinct="distinct" if has_lines else "",
        narrow=" and ".join(narrow),
    )
    return query.replace("SOLD_TABLES", tables).replace("PERSON_NAME", PERSON_NAME)


def _within(moment: str, starts: list[datetime], ends: list[datetime]) -> str:
    """The bounds of a place would only mislead the planner where all places have the same."""
    bounds = f"{moment} >= {_literal(min(starts))} and {moment} < {_literal(max(ends))}"
    if len({*starts}) == len({*ends}) == 1:
        return bounds
    return f"{bounds} and {moment} >= place.starts_at and {moment} < place.ends_at"


def _literal(moment: datetime) -> str:
    return f"timestamptz '{moment.isoformat()}'"
