"""Receipts and refunds one by one, as revenue adds them up: the rows behind figures of money."""

from collections.abc import Iterator

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.figures.people import Move, count_moves, read_moves
from loyalty.figures.sales import read_sales
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.figure_cells import money
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope
from loyalty.reports.sold_filters import SoldFilters, narrowed


class SalesFilters(SoldFilters):
    patient = django_filters.NumberFilter(label=_("Patient's number"), min_value=1, max_value=2**62)
    brought = django_filters.ChoiceFilter(
        label=_("What brought the patient"),
        empty_label=_("Anything"),
        choices=[
            ("friend", _("a friend's recommendation")), ("both", _("a channel and a friend's recommendation")),
            ("any", _("a channel or a friend's recommendation")),
        ],
    )  # fmt: skip


class SalesList(Report):
    code = "sales"
    title = _("Receipts and refunds")
    lead = _("What makes up the revenue: each receipt on its day, each refund on the day it was given.")
    section = _("Receipts")
    order = 910
    opens = "loyalty.receipt"
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
        for move in read_moves(scope, also=narrowed(scope)):
            clinic = places[move.clinic_id]
            yield (
                str(move.receipt_id), _kind(move), move.at.astimezone(clinic.tz), clinic.name,
                move.patient or "—", move.phone, move.price, move.discount, move.points, move.paid,
                int(move.is_purchase),
            )  # fmt: skip

    def totals(self, scope: Scope) -> Row:
        sales = read_sales(scope, also=narrowed(scope))
        sums = [money(kopecks) for kopecks in (sales.price, sales.discount, sales.points, sales.paid)]
        return (None, None, None, None, None, None, *sums, sales.receipts)

    def count(self, scope: Scope) -> int:
        return count_moves(scope, also=narrowed(scope))


def _kind(move: Move) -> str:
    return str(pgettext_lazy("money went back", "refund")) if move.is_refund else str(_("receipt"))
