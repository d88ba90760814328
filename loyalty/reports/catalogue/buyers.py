"""Buyers one by one: of the period, those who are new, and all there have ever been."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from loyalty.figures.channels import channel_choices, read_new_buyers
from loyalty.figures.clients import read_lifetime_value
from loyalty.figures.people import Buyer, read_all_buyers, read_buyers, read_newcomers
from loyalty.figures.sales import read_sales
from loyalty.reports.columns import Behind, Column, Row, Thing, Unit
from loyalty.reports.figure_cells import person_name
from loyalty.reports.filters import PeriodFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope


class NewBuyerFilters(PeriodFilters):
    channel = django_filters.ChoiceFilter(label=_("Channel of the receipt"), empty_label=_("Any"), choices=())

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        chosen = super().choices()
        return chosen | {"channel": channel_choices(chosen["source"])}


class BuyerFilters(NewBuyerFilters):
    repeat = django_filters.ChoiceFilter(
        label=_("Purchases"), empty_label=_("All buyers"), choices=[("yes", _("Two purchases or more"))]
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
        for buyer in self.buyers(scope):
            zone = zones[buyer.clinic_id]
            yield (
                str(buyer.patient_id), person_name(buyer.patient, patient_id=buyer.patient_id), buyer.phone,
                buyer.channel, buyer.first_at.astimezone(zone), buyer.last_at.astimezone(zone), buyer.receipts,
                buyer.paid,
            )  # fmt: skip

    def _is_repeat(self, scope: Scope) -> bool:
        return scope.choices.get("repeat") == "yes"

    def _also(self, scope: Scope) -> dict[str, Any]:
        return {name: scope.choices[name] for name in ("channel",) if name in scope.choices}

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | Thing | None:
        match column.code:
            case "number":
                return Thing("patients.patient", int(str(row[0])))
            case "receipts" | "paid":
                return Behind("sales", {"patient": str(row[0])})
            case _:
                return None


class NewBuyerList(BuyerList):
    code = "new_buyers"
    title = _("New buyers")
    lead = _("Whose first purchase was in the period, with all that they bought by its end.")
    order = 921
    filters = NewBuyerFilters

    def buyers(self, scope: Scope) -> Iterator[Buyer]:
        return read_newcomers(scope, channel=scope.choices.get("channel"))

    def count(self, scope: Scope) -> int:
        """Of all channels and of one."""
        new = read_new_buyers(scope)
        return new.get(scope.choices["channel"], 0) if "channel" in scope.choices else sum(new.values())


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
        return super().behind(scope, column, row) if column.code == "number" else None
