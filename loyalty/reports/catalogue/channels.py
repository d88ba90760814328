"""Channels: who came from where, what they bring, what a newcomer costs."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from loyalty.figures.channels import channel_names, read_channels
from loyalty.figures.maths.ratios import mean_kopecks
from loyalty.figures.sales import read_sales
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit
from loyalty.reports.figure_cells import Named, code_of, money
from loyalty.reports.filters import LongPeriodFilters
from loyalty.reports.report import Report
from loyalty.reports.scope import Scope
from loyalty.reports.sold_filters import NOT_KNOWN


class ChannelReport(Report):
    code = "channels"
    title = _("Channels and acquisition cost")
    lead = _("Where patients come from, what they bring and what a new one costs.")
    section = _("Marketing")
    order = 110
    filters = LongPeriodFilters
    columns = (
        Column("channel", _("Channel"), Unit.TEXT, _("As each receipt keeps it: a receipt has one channel.")),
        Column("buyers", _("Buyers"), Unit.COUNT, _("Patients with a purchase; in the total each of them once.")),
        Column("new", _("New buyers"), Unit.COUNT, _("Whose first purchase at the clinics was in the period.")),
        Column("receipts", _("Purchases"), Unit.COUNT),
        Column("paid", _("Revenue"), Unit.MONEY, _("Paid in money, net of refunds.")),
        Column("spent", _("Spent on marketing"), Unit.MONEY, _(
            "As entered by month; of a month that is partly in the period, by days. Money of the whole network "
            "is shown for all clinics only; of one doctor or chosen patients none is."
        )),
        Column("cost", _("Cost of a new buyer"), Unit.MONEY, _("Spent on marketing divided by new buyers."),
               is_derived=True),
    )  # fmt: skip
    charts = (
        ChartPlan(ChartKind.BARS, _("Revenue by channel"), "channel", ("paid",)),
        ChartPlan(ChartKind.BARS, _("Cost of a new buyer by channel"), "channel", ("cost",)),
    )
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        names = channel_names()
        for row in read_channels(scope):
            yield (
                Named(names.get(row.source, row.source) or str(_("not known")), row.source or NOT_KNOWN),
                row.buyers, row.new_buyers, row.receipts, money(row.paid),
                money(row.spent), money(row.acquisition_cost),
            )  # fmt: skip

    def totals(self, scope: Scope) -> Row:
        rows = read_channels(scope)
        spent = sum(row.spent for row in rows if row.spent is not None)
        is_entered = any(row.spent is not None for row in rows)
        # Newcomers of channels that cost nothing would make the others look cheaper.
        bought = sum(row.new_buyers for row in rows if row.spent is not None)
        return (
            None, read_sales(scope).buyers, sum(row.new_buyers for row in rows),
            sum(row.receipts for row in rows), money(sum(row.paid for row in rows)),
            money(spent) if is_entered else None, money(mean_kopecks(spent, bought)),
        )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        code = code_of(row[0])
        channel = {"channel": code} if code else {}
        match column.code:
            case "buyers":
                return Behind("buyers", channel)
            case "new":
                return Behind("new_buyers", channel)
            case "receipts" | "paid":
                return Behind("sales", channel)
            case "spent":
                return Behind("marketing_spend", channel)
            case _:
                return None
