"""Who stays: clients at the start and at the end of the days, cohorts by month of the first purchase, LTV.

Refunds in full take their receipts away from the moment at which they were given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db import connection

from clinics.calendar import add_months
from loyalty.figures.maths import ratios
from loyalty.figures.maths.cohorts import Cohort, CohortMonth, cohort_table
from loyalty.figures.newcomers import newcomer_ids
from loyalty.figures.sold import MONTH, PERSON_NAME, PORTION, ask, segment_ids, until
from loyalty.reports.scope import Days, Scope

# A client has paid within so many months, unless the clinics have decided otherwise.
CLIENT_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Clients:
    """`new` are clients at the end who were none at the start: who comes back after a year is new again."""

    at_start: int
    at_end: int
    new: int

    @property
    def retention(self) -> Fraction | None:
        return ratios.retention(at_start=self.at_start, at_end=self.at_end, new=self.new)


# Of each clinic the moments asked about, in their order, and since when a payment makes a client at each of them.
# A receipt does so at moments that follow one another: bits of a mask from the first moment after it, to the last
# before its client's months are over or all was given back.
_CLIENT_TABLES = """
    place as (
        select clinic_id, array_agg(moment order by number) as moments, array_agg(since order by number) as sinces,
               min(since) as earliest, max(moment) as latest
          from unnest(%(numbers)s::int[], %(clinics)s::bigint[], %(moments)s::timestamptz[],
                      %(sinces)s::timestamptz[])
            as asked(number, clinic_id, moment, since)
         group by clinic_id
    ), client as (
        select r.patient_id, max(r.paid_at) as last_at,
               bit_or(case when bits.first < bits.after then (1::bigint << bits.after) - (1::bigint << bits.first)
                           else 0 end) as mask
          from place
          join loyalty_receipt r on r.clinic_id = place.clinic_id
           and r.paid_at >= place.earliest and r.paid_at < place.latest
          left join loyalty_refund whole on whole.receipt_id = r.id and whole.is_complete
         cross join lateral (
               select width_bucket(r.paid_at, place.moments) as first,
                      least(width_bucket(r.paid_at, place.sinces),
                            width_bucket(whole.at, place.moments)) as after) bits
         where r.paid > 0
           and (%(doctor)s::bigint is null or exists (
                select from loyalty_receiptline l where l.receipt_id = r.id and l.doctor_id = %(doctor)s))
           and (%(patients)s::bigint[] is null or r.patient_id = any(%(patients)s::bigint[]))
         group by r.patient_id
    )"""

_CLIENTS = "with CLIENT_TABLES select mask, count(*) from client group by mask"

_CLIENT_LIST = """
    with CLIENT_TABLES
    select person.id, PERSON_NAME, person.phone, mask & 1 > 0, mask & 2 > 0, last_at
      from client join patients_patient person on person.id = client.patient_id
     where mask > 0
     order by last_at desc, person.id"""
# A mask has room for so many moments.
MOST_MOMENTS = 60


def read_clients(scope: Scope, *, months: int = CLIENT_MONTHS) -> Clients:
    """A client has paid money within the months before the day in question."""
    return read_clients_over(scope, [scope.days], months=months)[0]


def read_clients_over(scope: Scope, periods: Sequence[Days], *, months: int) -> list[Clients]:
    """The same of several periods; of thirty, by one query."""
    found: list[Clients] = []
    for start in range(0, len(periods), MOST_MOMENTS // 2):
        some = periods[start : start + MOST_MOMENTS // 2]
        days = sorted({day for period in some for day in _ends(period)})
        with connection.cursor() as cursor:
            query = _CLIENTS.replace("CLIENT_TABLES", _CLIENT_TABLES)
            cursor.execute(query, _values(scope, days, months=months))
            masks: list[tuple[int, int]] = cursor.fetchall()
        bits = {day: 1 << number for number, day in enumerate(days)}
        found += [_counted(masks, *(bits[day] for day in _ends(period))) for period in some]
    return found


@dataclass(frozen=True, slots=True)
class Client:
    """One of those at the start, at the end, or both."""

    patient_id: int
    patient: str
    phone: str | None
    at_start: bool
    at_end: bool
    last_at: datetime  # last payment by the end


def list_clients(scope: Scope, *, months: int) -> Iterator[Client]:
    with connection.chunked_cursor() as cursor:
        query = _CLIENT_LIST.replace("CLIENT_TABLES", _CLIENT_TABLES).replace("PERSON_NAME", PERSON_NAME)
        cursor.execute(query, _values(scope, _ends(scope.days), months=months))
        while rows := cursor.fetchmany(PORTION):
            yield from (Client(*row) for row in rows)


def _ends(days: Days) -> tuple[date, date]:
    """The days that begin when the others begin and are over."""
    return days.first, days.last + timedelta(days=1)


def _counted(masks: list[tuple[int, int]], start: int, end: int) -> Clients:
    return Clients(
        at_start=sum(number for mask, number in masks if mask & start),
        at_end=sum(number for mask, number in masks if mask & end),
        new=sum(number for mask, number in masks if mask & end and not mask & start),
    )


def _values(scope: Scope, days: Sequence[date], *, months: int) -> dict[str, Any]:
    """Each clinic's moments at which the days begin."""
    values: dict[str, Any] = {"doctor": scope.doctor_id, "patients": segment_ids(scope)}
    for name in ("numbers", "clinics", "moments", "sinces"):
        values[name] = []
    for number, day in enumerate(days):
        clinics, moments, _ends_at = scope.span_arrays(Days(day, day))
        since = add_months(day, -months)
        values["numbers"] += [number] * len(clinics)
        values["clinics"] += clinics
        values["moments"] += moments
        values["sinces"] += scope.span_arrays(Days(since, since))[1]
    return values


_COHORTS = """
    with SOLD_TABLES, first as (
        select patient_id, min(key) as cohort from bought group by patient_id
    ), bought_in as (
        select first.cohort, bought.key as month, count(distinct bought.patient_id) as buyers
          from bought join first using (patient_id) group by first.cohort, bought.key
    ), paid_in as (
        select first.cohort, sold.key as month, sum(sold.paid) as paid
          from sold join first using (patient_id) group by first.cohort, sold.key
    )
    select cohort, month, coalesce(buyers, 0), (100 * coalesce(paid, 0))::bigint
      from paid_in left join bought_in using (cohort, month)
     where cohort >= %(first_cohort)s
     order by cohort, month"""


def read_cohorts(scope: Scope, *, width: int) -> list[Cohort]:
    """Those whose first purchase at the clinics, ever, was in a month of the days; followed to the last day."""
    months = Days(scope.days.first.replace(day=1), scope.days.last)
    of_newcomers = {"people": newcomer_ids(scope.over(months))}
    rows = ask(_COHORTS, until(scope), key=MONTH, also=of_newcomers, first_cohort=months.first)
    cells = (CohortMonth(*row) for row in rows)
    return cohort_table(cells, last_day=min(scope.days.last, scope.today()), width=width)


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """What the buyers of all time have paid by the last day, in kopecks."""

    buyers: int
    paid: int

    @property
    def mean(self) -> int | None:
        return ratios.mean_kopecks(self.paid, self.buyers)


_LIFETIME = """
    with SOLD_TABLES, buyer as (select distinct patient_id from bought)
    select (select count(*) from buyer),
           (select (100 * coalesce(sum(paid), 0))::bigint from sold join buyer using (patient_id))"""


# Of all receipts: nobody who is no buyer has a rouble left at the clinics. A buyer is found by any purchase.
_WHOLE_LIFETIME = """
    select (select count(*) from patients_patient person where exists (
                select from loyalty_receipt r
                 where r.patient_id = person.id and r.price > r.discount and ({bought}) offset 0)),
           (100 * (select coalesce(sum(r.paid), 0) from loyalty_receipt r where {paid}))::bigint
         - (100 * (select coalesce(sum(part.money), 0)
                     from loyalty_refund f
                     join loyalty_receipt r on r.id = f.receipt_id
                     join loyalty_refundline part on part.refund_id = f.id
                    where {given_back}))::bigint"""


def read_lifetime_value(scope: Scope) -> LifetimeValue:
    if not scope.is_whole:
        return LifetimeValue(*ask(_LIFETIME, until(scope))[0])
    groups: dict[datetime, list[int]] = {}
    for clinic, _starts_at, ends_at in scope.spans():
        groups.setdefault(ends_at, []).append(clinic.pk)
    values: dict[str, Any] = {}
    bought, paid, given_back = [], [], []
    for number, (ends_at, clinic_ids) in enumerate(groups.items()):
        values |= {f"clinics_{number}": clinic_ids, f"end_{number}": ends_at}
        here, end = f"r.clinic_id = any(%(clinics_{number})s::bigint[])", f"%(end_{number})s::timestamptz"
        paid.append(f"({here} and r.paid_at < {end})")
        bought.append(
            f"({here} and r.paid_at < {end} and not exists (select from loyalty_refund whole"
            f" where whole.receipt_id = r.id and whole.is_complete and whole.at < {end}))"
        )
        given_back.append(f"({here} and f.at < {end})")
    parts = {"bought": bought, "paid": paid, "given_back": given_back}
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE_LIFETIME.format(**{name: " or ".join(one) for name, one in parts.items()}), values)
        return LifetimeValue(*cursor.fetchone())
