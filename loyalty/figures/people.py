"""Lists behind figures: what was sold and given back one by one, and the buyers. Read in a stream."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from clinics.calendar import add_months, end_of_period
from loyalty.figures.newcomers import newcomer_ids
from loyalty.figures.sold import MONTH_TEXT, ask, stream, until
from loyalty.reports.scope import Days, Scope


@dataclass(frozen=True, slots=True)
class Move:
    """A receipt paid or a refund given, in roubles; of a refund all sums are below zero."""

    receipt_id: int
    is_refund: bool
    is_purchase: bool  # counts among the receipts of averages
    at: datetime
    clinic_id: int
    patient: str
    phone: str | None
    price: Decimal
    discount: Decimal
    points: Decimal
    paid: Decimal


_MOVES = """
    with SOLD_TABLES
    select sold.receipt_id, sold.refund_id is not null,
           sold.refund_id is null and exists (select from bought where bought.receipt_id = sold.receipt_id),
           sold.at, sold.clinic_id,
           PERSON_NAME,
           person.phone,
           sum(sold.price), sum(sold.discount), sum(sold.points_value), sum(sold.paid)
      from sold join patients_patient person on person.id = sold.patient_id
     group by sold.receipt_id, sold.refund_id, sold.at, sold.clinic_id, person.id
     order by sold.at desc, sold.receipt_id desc, sold.refund_id desc nulls last"""


def read_moves(scope: Scope, *, also: Mapping[str, Any]) -> Iterator[Move]:
    """`also` narrows further, by conditions of `sold.ALSO`."""
    return (Move(*row) for row in stream(_MOVES, scope, also=also))


def count_moves(scope: Scope, *, also: Mapping[str, Any]) -> int:
    query = "with SOLD_TABLES select count(*) from (select from sold group by receipt_id, refund_id) one"
    ((number,),) = ask(query, scope, also=also)
    return int(number)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A patient with a purchase; `paid` in roubles, net of refunds."""

    patient_id: int
    patient: str
    phone: str | None
    channel: str  # of the first purchase
    receipts: int
    first_at: datetime
    last_at: datetime
    clinic_id: int  # of the first purchase
    paid: Decimal


_BUYERS = """
    with SOLD_TABLES, visits as (
        select bought.patient_id, count(*) as receipts, min(r.paid_at) as first_at, max(r.paid_at) as last_at,
               (array_agg(r.clinic_id order by r.paid_at, r.id))[1] as clinic_id,
               (array_agg(r.channel order by r.paid_at, r.id))[1] as channel,
               array_agg(distinct bought.key) as months
          from bought join loyalty_receipt r on r.id = bought.receipt_id
         group by bought.patient_id
    ), money as (
        select patient_id, sum(paid) as paid from sold group by patient_id
    )
    select person.id,
           PERSON_NAME,
           person.phone, visits.channel, visits.receipts, visits.first_at, visits.last_at,
           visits.clinic_id, money.paid
      from visits
      join money using (patient_id)
      join patients_patient person on person.id = visits.patient_id
     where visits.receipts >= %(least)s
       and (%(cohort)s::text is null
            or visits.months[1] = %(cohort)s and coalesce(%(bought_in)s, %(cohort)s) = any(visits.months))
       and (%(first_channel)s::text is null or visits.channel = %(first_channel)s)
       and (not %(only_new)s or exists (
            select from unnest(%(clinics)s::bigint[], %(since)s::timestamptz[]) as day(clinic_id, starts_at)
             where day.clinic_id = visits.clinic_id and visits.first_at >= day.starts_at))
     order by money.paid desc, person.id"""


def read_buyers(scope: Scope, *, least: int = 1, also: Mapping[str, Any] | None = None) -> Iterator[Buyer]:
    """Of the days, with so many purchases at least; who paid most first. `also` as in `read_moves`."""
    return _buyers(scope, also=also, least=least)


def repeat_buyer_ids(scope: Scope) -> list[int]:
    """With two purchases or more, whichever doctor they were of."""
    query = "with SOLD_TABLES select patient_id from bought group by patient_id having count(*) > 1"
    return [patient_id for (patient_id,) in ask(query, replace(scope, doctor_id=None))]


def read_newcomers(scope: Scope, *, channel: str | None = None) -> Iterator[Buyer]:
    """Whose first purchase ever, at the clinics asked about, is within the days, with all until the last day."""
    _clinics, since, _ends = scope.span_arrays()
    also = {"people": newcomer_ids(scope)}
    return _buyers(until(scope), also=also, first_channel=channel, only_new=True, since=since)


def read_cohort_buyers(scope: Scope, *, month: date, after: int) -> Iterator[Buyer]:
    """Whose first purchase ever was in the month that begins on the day, with all until the last day; of them
    those who bought in the month that came so many after it."""
    month_days = Days(month, min(end_of_period(month, "month"), scope.days.last))
    also = {"people": newcomer_ids(scope.over(month_days))}
    bought_in = add_months(month, after).isoformat()
    return _buyers(until(scope), key=MONTH_TEXT, also=also, cohort=month.isoformat(), bought_in=bought_in)


def read_all_buyers(scope: Scope) -> Iterator[Buyer]:
    """Whoever has bought by the last day."""
    return read_buyers(until(scope))


def _buyers(
    scope: Scope, *, key: str = "''", also: Mapping[str, Any] | None = None, **chosen: Any
) -> Iterator[Buyer]:
    usual: dict[str, Any] = {
        "least": 1, "first_channel": None, "only_new": False, "since": [], "cohort": None, "bought_in": None,
    }  # fmt: skip
    return (Buyer(*row) for row in stream(_BUYERS, scope, key=key, also=also, **{**usual, **chosen}))
