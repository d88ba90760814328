"""Who stays: clients at the start and at the end of the days, cohorts by month of the first purchase, LTV.

Refunds in full take their receipts away from the moment at which they were given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db import connection

from clinics.calendar import add_months
from loyalty.figures.maths import ratios
from loyalty.figures.maths.cohorts import Cohort, CohortMonth, cohort_table
from loyalty.figures.newcomers import newcomer_ids
from loyalty.figures.sold import MONTH, PORTION, ask, segment_ids, until
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


# Of each clinic and each pair of days asked about (`number`) the moments between which a payment makes a client at
# the start, and at the end.
_CLIENT_TABLES = """
    place as (
        select * from unnest(%(numbers)s::int[], %(clinics)s::bigint[],
                             %(before_start)s::timestamptz[], %(start)s::timestamptz[],
                             %(before_end)s::timestamptz[], %(end)s::timestamptz[])
                 as place(number, clinic_id, before_start, start, before_end, "end")
    ), client as (
        select place.number, r.patient_id,
               bool_or(r.paid_at >= place.before_start and r.paid_at < place.start
                       and coalesce(whole.at >= place.start, true)) as at_start,
               bool_or(r.paid_at >= place.before_end and r.paid_at < place."end"
                       and coalesce(whole.at >= place."end", true)) as at_end,
               max(r.paid_at) as last_at
          from place
          join loyalty_receipt r on r.clinic_id = place.clinic_id
           and r.paid_at >= place.before_start and r.paid_at < place."end"
          left join loyalty_refund whole on whole.receipt_id = r.id and whole.is_complete
         where r.paid > 0
           and (%(doctor)s::bigint is null or exists (
                select from loyalty_receiptline l where l.receipt_id = r.id and l.doctor_id = %(doctor)s))
           and (%(patients)s::bigint[] is null or r.patient_id = any(%(patients)s::bigint[]))
         group by place.number, r.patient_id
    )"""

_CLIENTS = """
    with CLIENT_TABLES
    select number, count(*) filter (where at_start), count(*) filter (where at_end),
           count(*) filter (where at_end and not at_start)
      from client group by number"""

_CLIENT_LIST = """
    with CLIENT_TABLES
    select person.id, concat_ws(' ', nullif(last_name, ''), nullif(first_name, ''), nullif(middle_name, '')),
           person.phone, at_start, at_end, last_at
      from client join patients_patient person on person.id = client.patient_id
     where at_start or at_end
     order by last_at desc, person.id"""


def read_clients(scope: Scope, *, months: int = CLIENT_MONTHS) -> Clients:
    """A client has paid money within the months before the day in question."""
    return read_clients_over(scope, [scope.days], months=months)[0]


def read_clients_over(scope: Scope, periods: Sequence[Days], *, months: int) -> list[Clients]:
    """The same of several periods, by one query."""
    with connection.cursor() as cursor:
        cursor.execute(_CLIENTS.replace("CLIENT_TABLES", _CLIENT_TABLES), _values(scope, periods, months=months))
        found = {number: Clients(*counts) for number, *counts in cursor.fetchall()}
    return [found.get(number, Clients(0, 0, 0)) for number in range(len(periods))]


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
        values = _values(scope, [scope.days], months=months)
        cursor.execute(_CLIENT_LIST.replace("CLIENT_TABLES", _CLIENT_TABLES), values)
        while rows := cursor.fetchmany(PORTION):
            yield from (Client(*row) for row in rows)


def _values(scope: Scope, periods: Sequence[Days], *, months: int) -> dict[str, Any]:
    values: dict[str, Any] = {"doctor": scope.doctor_id, "patients": segment_ids(scope)}
    for name in ("numbers", "clinics", "before_start", "start", "before_end", "end"):
        values[name] = []
    for number, days in enumerate(periods):
        clinics, start, end = scope.span_arrays(days)
        before_start, before_end = (
            scope.span_arrays(Days(add_months(day, -months), day))[1]
            for day in (days.first, days.last + timedelta(days=1))
        )
        values["numbers"] += [number] * len(clinics)
        values["clinics"] += clinics
        values["before_start"] += before_start
        values["start"] += start
        values["before_end"] += before_end
        values["end"] += end
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
    of_newcomers = {"newcomers": newcomer_ids(scope.over(months))}
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
