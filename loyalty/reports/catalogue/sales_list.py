"""Receipts and refunds one by one, as revenue adds them up: the rows behind figures of money."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.figures.channels import channel_choices
from loyalty.figures.people import Move, read_moves
from loyalty.figures.sales import read_sales
from loyalty.figures.sold import ALSO
from loyalty.models import Receipt, Refund
from loyalty.reports.columns import Column, Row, Thing, Unit
from loyalty.reports.figure_cells import money
from loyalty.reports.filters import PeriodFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope

# Of the receipt, where it has another name than the filter.
FIELDS = {"receipt_tier": "tier"}


class SalesFilters(PeriodFilters):
    patient = django_filters.NumberFilter(label=_("Patient's number"), min_value=1, max_value=2**62)
    identified_by = django_filters.ChoiceFilter(
        label=_("Patient found by"), empty_label=_("Any way"), choices=Receipt.IdentifiedBy.choices
    )
    channel = django_filters.ChoiceFilter(label=_("Channel of the receipt"), empty_label=_("Any"), choices=())
    receipt_tier = django_filters.ChoiceFilter(label=_("Tier at the receipt"), empty_label=_("Any"), choices=())

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        chosen = super().choices()
        return chosen | {"receipt_tier": chosen["tier"], "channel": channel_choices(chosen["source"])}


class SalesList(Report):
    code = "sales"
    title = _("Receipts and refunds")
    lead = _("What makes up the revenue: each receipt on its day, each refund on the day it was given.")
    section = _("Receipts")
    order = 910
    permissions = (VIEW_REPORTS, "loyalty.view_receipt")
    filters = SalesFilters
    columns = (
        Column("number", _("Receipt"), Unit.TEXT),
        Column("kind", _("What happened"), Unit.TEXT),
        Column("at", _("When"), Unit.MOMENT, _("By the clock of the clinic.")),
        Column("clinic", _("Clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("price", _("Price"), Unit.MONEY, _("Before discounts and points.")),
        Column("discount", _("Discount"), Unit.MONEY),
        Column("points", _("Paid with points"), Unit.MONEY),
        Column("paid", _("Paid in money"), Unit.MONEY),
        Column(
            "purchases",
            _("Purchase"),
            Unit.COUNT,
            _("1 if something was paid, in money or points, and not all of it was given back by the last day."),
        ),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        places = {clinic.pk: clinic for clinic in scope.clinics}
        for move in read_moves(scope, also=_narrowed(scope)):
            clinic = places[move.clinic_id]
            yield (
                str(move.receipt_id), _kind(move), move.at.astimezone(clinic.tz), clinic.name,
                move.patient or "—", move.phone, move.price, move.discount, move.points, move.paid,
                int(move.is_purchase),
            )  # fmt: skip

    def totals(self, scope: Scope) -> Row:
        sales = read_sales(scope, also=_narrowed(scope))
        sums = [money(kopecks) for kopecks in (sales.price, sales.discount, sales.points, sales.paid)]
        return (None, None, None, None, None, None, *sums, sales.receipts)

    def count(self, scope: Scope) -> int:
        """About: a refund of a receipt without the chosen doctor is counted."""
        narrowed = {FIELDS.get(name, name): value for name, value in _narrowed(scope).items()}
        receipts = scope.receipts().filter(**narrowed)
        refunds = Refund.objects.filter(scope.during("at", clinic="receipt__clinic"))
        of_receipts = {f"receipt__{name}": value for name, value in narrowed.items()}
        return receipts.count() + refunds.filter(**of_receipts).count()

    def behind(self, scope: Scope, column: Column, row: Row) -> Thing | None:
        return Thing("loyalty.receipt", int(str(row[0]))) if column.code == "number" else None


def _kind(move: Move) -> str:
    return str(pgettext_lazy("money went back", "refund")) if move.is_refund else str(_("receipt"))


def _narrowed(scope: Scope) -> dict[str, Any]:
    return {name: scope.choices[name] for name in ALSO if name in scope.choices}
