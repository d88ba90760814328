"""Lists behind figures: what was sold and given back one by one, and the buyers. Read in a stream."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.figures.newcomers import newcomer_ids
from loyalty.figures.sold import stream, until
from loyalty.reports.scope import Scope


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
           concat_ws(' ', nullif(last_name, ''), nullif(first_name, ''), nullif(middle_name, '')),
           person.phone,
           sum(sold.price), sum(sold.discount), sum(sold.points_value), sum(sold.paid)
      from sold join patients_patient person on person.id = sold.patient_id
     group by sold.receipt_id, sold.refund_id, sold.at, sold.clinic_id, person.id
     order by sold.at desc, sold.receipt_id desc, sold.refund_id desc nulls last"""


def read_moves(scope: Scope, *, also: Mapping[str, Any]) -> Iterator[Move]:
    """`also` narrows further, by conditions of `sold.ALSO`."""
    return (Move(*row) for row in stream(_MOVES, scope, also=also))


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
               (array_agg(r.channel order by r.paid_at, r.id))[1] as channel
          from bought join loyalty_receipt r on r.id = bought.receipt_id
         group by bought.patient_id
    ), money as (
        select patient_id, sum(paid) as paid from sold group by patient_id
    )
    select person.id,
           concat_ws(' ', nullif(last_name, ''), nullif(first_name, ''), nullif(middle_name, '')),
           person.phone, visits.channel, visits.receipts, visits.first_at, visits.last_at,
           visits.clinic_id, money.paid
      from visits
      join money using (patient_id)
      join patients_patient person on person.id = visits.patient_id
     where visits.receipts >= %(least)s
       and (%(first_channel)s::text is null or visits.channel = %(first_channel)s)
       and (not %(only_new)s or exists (
            select from unnest(%(clinics)s::bigint[], %(since)s::timestamptz[]) as day(clinic_id, starts_at)
             where day.clinic_id = visits.clinic_id and visits.first_at >= day.starts_at))
     order by money.paid desc, person.id"""


def read_buyers(scope: Scope, *, least: int = 1, also: Mapping[str, Any] | None = None) -> Iterator[Buyer]:
    """Of the days, with so many purchases at least; who paid most first. `also` as in `read_moves`."""
    rows = stream(_BUYERS, scope, also=also, least=least, first_channel=None, only_new=False, since=[])
    return (Buyer(*row) for row in rows)


def read_newcomers(scope: Scope, *, channel: str | None = None) -> Iterator[Buyer]:
    """Whose first purchase ever, at the clinics asked about, is within the days, with all until the last day."""
    _clinics, since, _ends = scope.span_arrays()
    rows = stream(
        _BUYERS, until(scope), also={"newcomers": newcomer_ids(scope)},
        least=1, first_channel=channel, only_new=True, since=since,
    )  # fmt: skip
    return (Buyer(*row) for row in rows)


def read_all_buyers(scope: Scope) -> Iterator[Buyer]:
    """Whoever has bought by the last day."""
    return read_buyers(until(scope))
