"""The database's side of a what-if: the past of one part of the members, as rows ordered by patient.

Server-side cursors: memory does not grow with the history. Amounts come as whole
kopecks, days as those of the home clinic unless their name says otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection

ROWS_AT_ONCE = 5_000

MEMBERS = """
    select s.patient_id,
           (%(starts_at)s at time zone c.timezone)::date as first_day,
           (%(until)s at time zone c.timezone)::date as last_day,
           p.status = 'MEMBER' as is_member,
           (a.opened_at at time zone c.timezone)::date as opened_on,
           a.opened_at >= %(starts_at)s as is_new,
           case when p.joined_at >= %(starts_at)s and p.joined_at < %(until)s
                 and (exists (select from loyalty_operation o where o.key = 'welcome:' || p.id)
                      or not exists (select from patients_patientsourcekey k where k.patient_id = p.id))
                then (p.joined_at at time zone c.timezone)::date end as welcomed_on,
           a.rolling_months,
           (select (max(r.paid_at) at time zone c.timezone)::date
              from loyalty_receipt r
             where r.patient_id = s.patient_id and r.paid > 0 and r.paid_at < %(starts_at)s) as last_paid_on,
           (s.turnover * 100)::bigint as turnover,
           s.visits, s.earned_tier, s.floor_tier, s.floor_until, p.source, p.birth_date, p.sex,
           array(select tag.code
                   from patients_patient_tags tagged
                   join patients_tag tag on tag.id = tagged.tag_id
                  where tagged.patient_id = s.patient_id) as tags,
           (select json_object_agg(social.code, record.valid_until)::text
              from patients_socialgrouprecord record
              join patients_socialgroup social on social.id = record.group_id
             where record.patient_id = s.patient_id) as groups
      from loyalty_standing s
      join loyalty_account a on a.id = s.account_id
      join patients_patient p on p.id = s.patient_id
      join clinics_clinic c on c.id = p.home_clinic_id
     where a.opened_at < %(until)s and s.patient_id > %(after_id)s and s.patient_id <= %(last_id)s
     order by s.patient_id"""

# A row per line. What a refund has given back is taken off line by line; a receipt refunded in full gives none.
RECEIPTS = """
    select r.patient_id, r.id,
           (r.paid_at at time zone home.timezone)::date as day,
           (r.paid_at at time zone here.timezone)::date as clinic_day,
           (extract(hour from r.paid_at at time zone here.timezone) * 60
            + extract(minute from r.paid_at at time zone here.timezone))::int as minute_of_day,
           here.code, r.booked_online, r.identified_by = 'IMPORT' as is_imported,
           coalesce(manual.rate_bp, 0) as manual_bp,
           ((r.paid - coalesce(back.money, 0)) * 100)::bigint as paid,
           (r.points_value * 100)::bigint as points_value, r.points_spent, coalesce(back.points, 0) as returned,
           l.position, l.service_id, l.category_id, l.doctor_id, l.quantity,
           (l.price * 100)::bigint as price, (l.discount * 100)::bigint as discount,
           (back_line.price * 100)::bigint as refunded
      from loyalty_receipt r
      join patients_patient p on p.id = r.patient_id
      join clinics_clinic home on home.id = p.home_clinic_id
      join clinics_clinic here on here.id = r.clinic_id
      join loyalty_receiptline l on l.receipt_id = r.id
      left join loyalty_manualdiscount manual on manual.receipt_id = r.id
      left join (select receipt_id, sum(money) as money, sum(points_returned) as points,
                          bool_or(is_complete) as whole
                   from loyalty_refund group by receipt_id) back on back.receipt_id = r.id
      left join (select line_id, sum(price) as price
                   from loyalty_refundline group by line_id) back_line on back_line.line_id = l.id
     where r.paid_at >= %(starts_at)s and r.paid_at < %(until)s
       and r.patient_id > %(after_id)s and r.patient_id <= %(last_id)s
       and back.whole is not true
     order by r.patient_id, r.paid_at, r.id, l.position"""

# What was left when the period began, and what was given in it for anything but a receipt, a welcome or a refund.
LOTS = """
    with moved as (
        select taken.lot_id, sum(taken.units) as units
          from loyalty_allocation taken
          join loyalty_entry e on e.id = taken.entry_id
          join loyalty_operation o on o.id = e.operation_id
         where o.effective_at >= %(starts_at)s and taken.lot_id is not null
         group by taken.lot_id
    )
    select s.patient_id,
           case when o.effective_at < %(starts_at)s then (l.remaining - coalesce(moved.units, 0))::bigint
                else l.amount end as points,
           case when o.effective_at >= %(starts_at)s
                then (o.effective_at at time zone c.timezone)::date end as given_on,
           -- What still waits for its visit counts as closed at once.
           (coalesce(l.available_at, o.effective_at) at time zone c.timezone)::date as available_on,
           l.last_day, l.never_burns
      from loyalty_standing s
      join patients_patient p on p.id = s.patient_id
      join clinics_clinic c on c.id = p.home_clinic_id
      join loyalty_lot l on l.account_id = s.account_id
      join loyalty_entry e on e.id = l.entry_id
      join loyalty_operation o on o.id = e.operation_id
      left join moved on moved.lot_id = l.id
     where s.patient_id > %(after_id)s and s.patient_id <= %(last_id)s
       and (o.effective_at < %(starts_at)s and l.remaining - coalesce(moved.units, 0) > 0
            or o.effective_at >= %(starts_at)s and o.effective_at < %(until)s
               and o.kind in ('GIFT', 'OPENING', 'ADJUST') and o.key not like 'welcome:%%')
     order by s.patient_id, given_on nulls first, l.id"""

# Payments before the period, for programs whose tiers count the last months only.
PAYMENTS = """
    select r.patient_id, (r.paid_at at time zone c.timezone)::date as day,
           ((sum(r.paid) - coalesce(sum(back.money), 0)) * 100)::bigint as kopecks
      from loyalty_receipt r
      join patients_patient p on p.id = r.patient_id
      join clinics_clinic c on c.id = p.home_clinic_id
      left join (select receipt_id, sum(money) as money from loyalty_refund group by receipt_id) back
        on back.receipt_id = r.id
     where r.paid_at >= %(counted_from)s and r.paid_at < %(starts_at)s and r.paid > 0
       and r.patient_id > %(after_id)s and r.patient_id <= %(last_id)s
     group by 1, 2
     order by 1, 2"""

# The members up to each bound have their share of the receipts.
COUNT = """
    select count(*), percentile_disc(%(shares)s::float8[]) within group (order by patient_id)
      from loyalty_receipt
     where paid_at >= %(starts_at)s and paid_at < %(until)s"""

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Period:
    """`until` is not included."""

    starts_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """Members by id: a range, so that the planner knows how many rows it will meet."""

    number: int
    after_id: int
    last_id: int


class MemberRow(NamedTuple):
    patient_id: int
    first_day: date
    last_day: date
    is_member: bool
    opened_on: date
    is_new: bool
    welcomed_on: date | None
    rolling_months: int | None
    last_paid_on: date | None
    turnover: int
    visits: int
    earned_tier: str
    floor_tier: str
    floor_until: date | None
    source: str
    birth_date: date | None
    sex: str
    tags: list[str]
    groups: str | None


class ReceiptRow(NamedTuple):
    """The columns of a line's row that are the receipt's."""

    patient_id: int
    receipt_id: int
    day: date
    clinic_day: date
    minute_of_day: int
    clinic: str
    booked_online: bool
    is_imported: bool
    manual_bp: int
    paid: int  # net of refunds
    points_value: int
    points_spent: int
    returned: int  # of the points spent

    @classmethod
    def of(cls, row: Sequence[Any]) -> "ReceiptRow":
        return cls._make(row[:LINE_COLUMNS])


LINE_COLUMNS = len(ReceiptRow._fields)  # where those of the line begin


class RowsByPatient:
    """Rows that come by rising patient id, their first column, handed out patient by patient."""

    def __init__(self, rows: Iterator[Sequence[Any]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, patient_id: int) -> list[Sequence[Any]]:
        found = []
        while self._next is not None and self._next[0] <= patient_id:
            if self._next[0] == patient_id:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found


def split_receipts(period: Period, *, parts: int) -> tuple[int, list[Part]]:
    """How many receipts the period has, and all members in parts that have about as many of them each."""
    shares = [number / parts for number in range(1, parts)]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"shares": shares, "starts_at": period.starts_at, "until": period.until})
        receipts, bounds = cursor.fetchone()
    edges = [0, *(bounds or [0] * len(shares)), LARGEST_ID]
    return receipts, [Part(number, *edge) for number, edge in enumerate(pairwise(edges))]


def stream(query: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows by a cursor on the server; call inside a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows
