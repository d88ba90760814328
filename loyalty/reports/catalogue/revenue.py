"""Revenue by month with repeat purchases, average bill and effective discount; the tiles of these figures."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from loyalty.figures.inputs import old_discount_bp
from loyalty.figures.sales import By, Sales, read_sales, read_sales_by
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit, Value
from loyalty.reports.figure_cells import money, month_filters, months_of, rate
from loyalty.reports.filters import LongPeriodFilters
from loyalty.reports.report import Figure, Report
from loyalty.reports.scope import Scope

REVENUE_DEFINITION = _("Paid in money less refunds given in the same period, whatever the day of their receipts.")
REPEAT_DEFINITION = _("Buyers with two purchases or more, of all buyers of the period.")
AVERAGE_DEFINITION = _("Revenue divided by purchases: receipts that cost something and were not refunded in full.")
DISCOUNT_DEFINITION = _(
    "Discounts and what points paid, of the price before them. Discounts by hand are among them; "
    "certificates that were bought are payment."
)
SAVING_DEFINITION = _(
    "What the average discount of before the program would have cost on the same receipts, less discounts and "
    "points given."
)


class RevenueByMonth(Report):
    code = "revenue"
    title = _("Revenue, repeat purchases, average bill")
    lead = _("How the clinics earn from month to month, and what the program costs them.")
    section = _("Sales")
    order = 10
    filters = LongPeriodFilters
    columns = (
        Column("month", _("Month"), Unit.MONTH),
        Column("paid", _("Revenue"), Unit.MONEY, REVENUE_DEFINITION),
        Column("receipts", _("Purchases"), Unit.COUNT, _("Receipts that cost something, not refunded in full.")),
        Column("average", _("Average bill (AOV)"), Unit.MONEY, AVERAGE_DEFINITION),
        Column("buyers", _("Buyers"), Unit.COUNT, _("Patients with a purchase.")),
        Column("repeat", _("Bought again"), Unit.COUNT, _("Buyers with two purchases or more in the period.")),
        Column("repeat_rate", _("Repeat purchases (RPR)"), Unit.RATE, REPEAT_DEFINITION),
        Column("price", _("Price before discounts"), Unit.MONEY),
        Column("discount", _("Discounts"), Unit.MONEY),
        Column("points", _("Paid with points"), Unit.MONEY),
        Column("effective", _("Effective discount"), Unit.RATE, DISCOUNT_DEFINITION),
        Column("saving", _("Saving against the old discount"), Unit.MONEY, SAVING_DEFINITION),
    )
    charts = (
        ChartPlan(ChartKind.COLUMNS, _("Revenue by month"), "month", ("paid",)),
        ChartPlan(ChartKind.LINES, _("Average bill by month"), "month", ("average",)),
        ChartPlan(
            ChartKind.LINES, _("Repeat purchases and effective discount"), "month", ("repeat_rate", "effective")
        ),
    )  # fmt: skip
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        by_month = {sales.key: sales for sales in read_sales_by(scope, By.MONTH)}
        baseline = old_discount_bp(scope.days.last)
        for days in months_of(scope.days):
            month = days.first.replace(day=1)
            yield (month, *_cells(by_month.get(month.isoformat(), Sales()), baseline=baseline))

    def totals(self, scope: Scope) -> Row:
        return (None, *_cells(read_sales(scope), baseline=old_discount_bp(scope.days.last)))

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        filters = month_filters(scope.days, str(row[0]))
        match column.code:
            case "buyers":
                return Behind("buyers", filters)
            case "repeat" | "repeat_rate":
                return Behind("buyers", filters | {"repeat": "yes"})
            case "month":
                return None
            case _:
                return Behind("sales", filters)


def _cells(sales: Sales, *, baseline: int | None) -> tuple[Value, ...]:
    return (
        money(sales.paid), sales.receipts, money(sales.average_bill), sales.buyers, sales.repeat_buyers,
        rate(sales.repeat_rate), money(sales.price), money(sales.discount), money(sales.points),
        rate(sales.effective_discount),
        None if baseline is None else money(sales.saving(baseline_bp=baseline)),
    )  # fmt: skip


class SalesFigure(Figure):
    """A tile of what was sold: `told` is what it says of the sums. Receipts and refunds are behind it."""

    listed_in = "sales"
    is_more_better = True

    def told(self, sales: Sales) -> Value:
        raise NotImplementedError

    def value(self, scope: Scope) -> Value:
        return self.told(read_sales(scope))


class Revenue(SalesFigure):
    code = "revenue"
    title = _("Revenue")
    unit = Unit.MONEY
    definition = REVENUE_DEFINITION
    order = 10

    def told(self, sales: Sales) -> Value:
        return money(sales.paid)


class RepeatRate(SalesFigure):
    code = "rpr"
    title = _("Repeat purchases (RPR)")
    unit = Unit.RATE
    definition = REPEAT_DEFINITION
    order = 20
    listed_in = "buyers"

    def told(self, sales: Sales) -> Value:
        return rate(sales.repeat_rate)


class AverageBill(SalesFigure):
    code = "aov"
    title = _("Average bill (AOV)")
    unit = Unit.MONEY
    definition = AVERAGE_DEFINITION
    order = 30

    def told(self, sales: Sales) -> Value:
        return money(sales.average_bill)


class EffectiveDiscount(SalesFigure):
    code = "effective_discount"
    title = _("Effective discount")
    unit = Unit.RATE
    definition = DISCOUNT_DEFINITION
    order = 60
    is_more_better = False

    def told(self, sales: Sales) -> Value:
        return rate(sales.effective_discount)
