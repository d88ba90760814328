"""Buyers one by one: of the period, those who are new, and all there have ever been."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from clinics.calendar import add_months
from loyalty.figures.channels import channel_names, read_new_buyers
from loyalty.figures.clients import read_lifetime_value
from loyalty.figures.people import Buyer, read_all_buyers, read_buyers, read_newcomers, repeat_buyer_ids
from loyalty.figures.sales import read_sales
from loyalty.reports.columns import Behind, Column, Row, Thing, Unit
from loyalty.reports.figure_cells import days_filters, person_name
from loyalty.reports.filters import LONGEST_YEARS, PeriodFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Days, Scope
from loyalty.reports.sold_filters import ChannelFilters, SoldFilters, narrowed

# Filters that the list of receipts has as well.
SOLD = ("channel", "identified_by", "receipt_tier")


class BuyerFilters(SoldFilters):
    repeat = django_filters.ChoiceFilter(
        label=_("Purchases"),
        empty_label=_("All buyers"),
        choices=[
            ("yes", _("Two purchases or more")),
            ("anyone", _("Two purchases or more, of any doctor")),
        ],
    )


class BuyerList(Report):
    code = "buyers"
    title = _("Buyers")
    lead = _("Who bought in the period, how often and for how much.")
    section = _("Patients")
    order = 920
    permissions = (VIEW_REPORTS, "patients.view_patient")
    filters = BuyerFilters
    columns = (
        Column("number", _("No."), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("channel", _("Channel"), Unit.TEXT, _("Of the first purchase.")),
        Column("first_at", _("First purchase"), Unit.MOMENT),
        Column("last_at", _("Last purchase"), Unit.MOMENT),
        Column(
            "receipts",
            _("Purchases"),
            Unit.COUNT,
            _("Receipts on which something was paid and that were not refunded in full."),
        ),
        Column("paid", _("Revenue"), Unit.MONEY, _("Paid in money, net of refunds.")),
    )

    def buyers(self, scope: Scope) -> Iterator[Buyer]:
        return read_buyers(scope, least=2 if self._is_repeat(scope) else 1, also=self._also(scope))

    def count(self, scope: Scope) -> int:
        sales = read_sales(scope, also=self._also(scope))
        return sales.repeat_buyers if self._is_repeat(scope) else sales.buyers

    def rows(self, scope: Scope) -> Iterator[Row]:
        zones = {clinic.pk: clinic.tz for clinic in scope.clinics}
        names = channel_names()
        for buyer in self.buyers(scope):
            zone = zones[buyer.clinic_id]
            yield (
                str(buyer.patient_id), person_name(buyer.patient, patient_id=buyer.patient_id), buyer.phone,
                names.get(buyer.channel, buyer.channel) or None, buyer.first_at.astimezone(zone),
                buyer.last_at.astimezone(zone), buyer.receipts, buyer.paid,
            )  # fmt: skip

    def _is_repeat(self, scope: Scope) -> bool:
        return scope.choices.get("repeat") == "yes"

    def _also(self, scope: Scope) -> dict[str, Any]:
        also = narrowed(scope)
        return also | {"people": repeat_buyer_ids(scope)} if scope.choices.get("repeat") == "anyone" else also

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | Thing | None:
        match column.code:
            case "number":
                return Thing("patients.patient", int(str(row[0])))
            case "receipts" | "paid":
                return Behind("sales", self.sales_filters(scope, row))
            case _:
                return None

    def sales_filters(self, scope: Scope, row: Row) -> dict[str, str]:
        """Of the receipts that make up a row."""
        own = {name: str(scope.choices[name]) for name in SOLD if name in scope.choices}
        return {"patient": str(row[0])} | own


class NewBuyerList(BuyerList):
    code = "new_buyers"
    title = _("New buyers")
    lead = _("Whose first purchase was in the period, with all that they bought by its end.")
    order = 921
    filters = ChannelFilters

    def buyers(self, scope: Scope) -> Iterator[Buyer]:
        return read_newcomers(scope, channel=narrowed(scope).get("channel"))

    def count(self, scope: Scope) -> int:
        """Of all channels and of one."""
        new, channel = read_new_buyers(scope), narrowed(scope).get("channel")
        return sum(new.values()) if channel is None else new.get(channel, 0)

    def sales_filters(self, scope: Scope, row: Row) -> dict[str, str]:
        """The channel is that of the first purchase only."""
        return {"patient": str(row[0])}


class EverBuyerList(BuyerList):
    code = "all_buyers"
    title = _("Buyers of all time")
    lead = _("Whoever has bought by the last day of the period, with all that they bought.")
    order = 922
    filters = PeriodFilters

    def buyers(self, scope: Scope) -> Iterator[Buyer]:
        return read_all_buyers(scope)

    def count(self, scope: Scope) -> int:
        return read_lifetime_value(scope).buyers

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | Thing | None:
        """Receipts of more than ten years are not listed: the card has them all."""
        is_listed = column.code == "number" or self._listed_days(scope).first <= self._first_day(row)
        return super().behind(scope, column, row) if is_listed else None

    def sales_filters(self, scope: Scope, row: Row) -> dict[str, str]:
        return {"patient": str(row[0])} | days_filters(self._listed_days(scope))

    def _listed_days(self, scope: Scope) -> Days:
        return Days(add_months(scope.days.last, -12 * LONGEST_YEARS), scope.days.last)

    def _first_day(self, row: Row) -> date:
        first_at = self.value(row, "first_at")
        assert isinstance(first_at, datetime)  # noqa: S101  # its column holds moments
        return first_at.date()
