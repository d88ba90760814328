"""Revenue, receipts and buyers of the days asked about, in all or by what the receipts have in common.

One query each, whatever the number of receipts. Money is whole kopecks, net of refunds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from loyalty.figures.maths import ratios
from loyalty.figures.sold import MONTH, ask
from loyalty.reports.scope import Scope


class By(StrEnum):
    """What receipts are grouped by; the value is SQL over the names of `sold`. Numbers and days are told as text
    at the very end: a million lines are grouped by them."""

    NOTHING = "''"
    MONTH = MONTH
    CLINIC = "r.clinic_id"
    IDENTIFICATION = "r.identified_by"
    TIER = "r.tier"
    DOCTOR = "l.doctor_id"
    CARD = "case when r.identified_by in ('CARD', 'QR') then 'card' else 'other' end"
    CHANNEL = "r.channel"


@dataclass(frozen=True, slots=True)
class Sales:
    """`price` = `discount` + `points` + `paid`, in kopecks; `key` is what the receipts have in common."""

    key: str = ""
    price: int = 0
    discount: int = 0
    points: int = 0  # what points paid
    paid: int = 0  # revenue
    receipts: int = 0  # purchases
    buyers: int = 0
    repeat_buyers: int = 0  # with two purchases or more

    @property
    def average_bill(self) -> int | None:
        return ratios.mean_kopecks(self.paid, self.receipts)

    @property
    def repeat_rate(self) -> Fraction | None:
        return ratios.repeat_rate(buyers=self.buyers, repeat_buyers=self.repeat_buyers)

    @property
    def effective_discount(self) -> Fraction | None:
        return ratios.effective_discount(
            points=self.points, certificates=0, discounts=self.discount, price=self.price
        )

    def saving(self, *, baseline_bp: int) -> int:
        return ratios.saving(price=self.price, baseline_bp=baseline_bp, given=self.points + self.discount)


_SALES = """
    with SOLD_TABLES, sums as (
        select key, sum(price) as price, sum(discount) as discount, sum(points_value) as points, sum(paid) as paid
          from sold group by key
    ), people as (
        select key, patient_id, count(*) as receipts from bought group by key, patient_id
    ), counts as (
        select key, sum(receipts) as receipts, count(*) as buyers,
               count(*) filter (where receipts > 1) as repeat_buyers
          from people group by key
    )
    select coalesce(sums.key::text, ''), (100 * price)::bigint, (100 * discount)::bigint, (100 * points)::bigint,
           (100 * paid)::bigint, coalesce(receipts, 0)::bigint, coalesce(buyers, 0), coalesce(repeat_buyers, 0)
      from sums left join counts on counts.key is not distinct from sums.key
     order by sums.key"""


def read_sales(scope: Scope, *, also: Mapping[str, Any] | None = None) -> Sales:
    """All together; of nothing at all, zeros. `also` narrows further, by conditions of `sold.ALSO`."""
    rows = ask(_SALES, scope, also=also)
    return Sales(*rows[0]) if rows else Sales()


def read_sales_by(scope: Scope, by: By) -> list[Sales]:
    """Groups by key; a receipt of two doctors counts to each with their own lines."""
    return [Sales(*row) for row in ask(_SALES, scope, key=by.value, by_line=by is By.DOCTOR)]


@dataclass(frozen=True, slots=True)
class DoctorReturn:
    """Patients of one doctor in the days, and how many of them came again in the same days."""

    doctor_id: int
    patients: int
    again: int  # to the same doctor
    again_to_anyone: int
    paid: int  # on the doctor's own lines, kopecks

    @property
    def rate(self) -> Fraction | None:
        return ratios.share(self.again, self.patients)

    @property
    def rate_to_anyone(self) -> Fraction | None:
        return ratios.share(self.again_to_anyone, self.patients)


_RETURNS = """
    with SOLD_TABLES, visits as (
        select patient_id, min(receipt_id) < max(receipt_id) as are_many from bought_part group by patient_id
    ), own as (
        select key, patient_id, min(receipt_id) < max(receipt_id) as are_many
          from bought_part where key is not null group by key, patient_id
    ), counts as (
        select own.key, count(*) as patients, count(*) filter (where own.are_many) as again,
               count(*) filter (where visits.are_many) as again_to_anyone
          from own join visits using (patient_id)
         group by own.key
    ), sums as (
        select key, sum(paid) as paid from sold group by key
    )
    select key, patients, again, again_to_anyone, (100 * paid)::bigint
      from counts join sums using (key) order by key"""


def read_doctor_returns(scope: Scope) -> list[DoctorReturn]:
    """With one doctor chosen, «anyone» is that doctor too."""
    return [DoctorReturn(*row) for row in ask(_RETURNS, scope, key=By.DOCTOR.value, by_line=True)]
