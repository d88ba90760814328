"""Receipts side by side: by how the patient was found, by tier. The average bill of each."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from loyalty.figures.sales import By, Sales, read_sales, read_sales_by
from loyalty.figures.tiers import patients_by_tier
from loyalty.models import Receipt
from loyalty.reports.catalogue.revenue import AVERAGE_DEFINITION, DISCOUNT_DEFINITION
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit, Value, rate_bp
from loyalty.reports.figure_cells import Named, code_of, money, rate
from loyalty.reports.filters import tier_choices
from loyalty.reports.report import Report
from loyalty.reports.scope import Scope
from loyalty.reports.sold_filters import NOT_KNOWN

_MONEY = (
    Column("receipts", _("Purchases"), Unit.COUNT, _("Receipts that cost something, not refunded in full.")),
    Column("buyers", _("Buyers"), Unit.COUNT, _("Patients with a purchase.")),
    Column("paid", _("Revenue"), Unit.MONEY, _("Paid in money, net of refunds.")),
    Column("average", _("Average bill"), Unit.MONEY, AVERAGE_DEFINITION),
    Column("effective", _("Effective discount"), Unit.RATE, DISCOUNT_DEFINITION),
)


class ByIdentification(Report):
    code = "identification"
    title = _("Average bill by identification")
    lead = _("Do patients with a card or a QR code pay more than those found by phone?")
    section = _("Sales")
    order = 40
    columns = (
        Column("way", _("Patient found by"), Unit.TEXT),
        *_MONEY,
        Column("share", _("Share of purchases"), Unit.RATE),
    )
    charts = (ChartPlan(ChartKind.BARS, _("Average bill by identification"), "way", ("average",)),)
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        groups = read_sales_by(scope, By.IDENTIFICATION)
        receipts = sum(group.receipts for group in groups)
        names = dict(Receipt.IdentifiedBy.choices)
        for group in sorted(groups, key=lambda one: -one.receipts):
            yield (
                Named(str(names.get(group.key, group.key)), group.key),
                *_cells(group),
                rate_bp(group.receipts, receipts),
            )

    def totals(self, scope: Scope) -> Row:
        return (None, *_cells(read_sales(scope)), None)

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        way = code_of(row[0])
        return _sold_behind(column, {"identified_by": way} if way else {})


class ByTier(Report):
    code = "tiers"
    title = _("Tiers")
    lead = _("How many patients stand on each tier, and what their receipts bring.")
    section = _("Sales")
    order = 50
    columns = (
        Column("tier", _("Tier"), Unit.TEXT),
        Column("patients", _("Patients now"), Unit.COUNT, _("Of the clinics as home, by their tier of today.")),
        *_MONEY,
    )
    charts = (
        ChartPlan(ChartKind.BARS, _("Patients by tier"), "tier", ("patients",)),
        ChartPlan(ChartKind.BARS, _("Revenue by tier at the receipt"), "tier", ("paid",)),
    )
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        groups = {group.key: group for group in read_sales_by(scope, By.TIER)}
        patients = patients_by_tier(scope)
        names = dict(tier_choices(scope.at))
        others = sorted({*groups, *patients} - {*names})
        for code in (*names, *others):
            if code in groups or code in patients:
                group = groups.get(code, Sales())
                name = names.get(code, code or _("without a tier"))
                yield (Named(str(name), code or NOT_KNOWN), patients.get(code, 0), *_cells(group))

    def totals(self, scope: Scope) -> Row:
        return (None, sum(patients_by_tier(scope).values()), *_cells(read_sales(scope)))

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        tier = code_of(row[0])
        if column.code == "patients":
            return Behind("patients", {"part": "on_tier"} | ({"standing": tier} if tier else {}))
        return _sold_behind(column, {"receipt_tier": tier} if tier else {})


def _sold_behind(column: Column, filters: dict[str, str]) -> Behind | None:
    if not column.is_number:
        return None
    return Behind("buyers" if column.code == "buyers" else "sales", filters)


def _cells(sales: Sales) -> tuple[Value, ...]:
    return (
        sales.receipts, sales.buyers, money(sales.paid), money(sales.average_bill), rate(sales.effective_discount)
    )  # fmt: skip
