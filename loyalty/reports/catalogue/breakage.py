"""Breakage: what share of the points of each month has burnt. Told only of months of which nothing is open."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.calendar import add_months, end_of_period
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit, rate_bp
from loyalty.reports.figure_cells import days_filters
from loyalty.reports.filters import LONGEST_YEARS, ClinicFilters
from loyalty.reports.open_points import breakage_bp, cohorts
from loyalty.reports.report import Figure, Report
from loyalty.reports.scope import Days, Scope

TOO_EARLY = _("too early to tell")


class Breakage(Report):
    code = "breakage"
    title = _("Burnt share by month of issue")
    lead = _("Of the points issued in a month: how many have burnt, and how many are still open.")
    section = _("Points")
    order = 220
    filters = ClinicFilters
    columns = (
        Column("month", _("Issued in"), Unit.MONTH),
        Column("issued", _("Issued"), Unit.POINTS, _("Earned, gifts, opening balances, given by hand.")),
        Column("burnt", _("Burnt"), Unit.POINTS, _("So far, also where the points had moved to another card.")),
        Column("open", pgettext_lazy("of points", "Open"), Unit.POINTS, _("Neither spent, burnt nor taken back.")),
        Column(
            "breakage", _("Burnt share"), Unit.RATE,
            _("Burnt / issued, once nothing of the month is open: before that it can only grow. The total is"
              " worked out from all such months and has no rows of its own."),
            unknown=TOO_EARLY,
        ),
    )  # fmt: skip
    charts = (
        ChartPlan(ChartKind.COLUMNS, _("Issued and burnt points by month of issue"), "month", ("issued", "burnt")),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        for one in cohorts(scope):
            share = rate_bp(one.burnt, one.issued) if one.is_mature else None
            yield (one.month, one.issued, one.burnt, one.open, share)

    def totals(self, scope: Scope) -> Row:
        found = cohorts(scope)
        sums = [sum(getattr(one, name) for one in found) for name in ("issued", "burnt", "open")]
        return (None, *sums, breakage_bp(found))

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        month = row[0]
        if column.code == "month" or not isinstance(month, date):
            return None
        return Behind("issued_points", days_filters(Days(month, end_of_period(month, "month"))))

    def behind_total(self, scope: Scope, column: Column) -> Behind | None:
        """The share is of mature months only: no list of points has just these."""
        if column.code not in {"issued", "burnt", "open"}:
            return None
        ever = Days(add_months(scope.days.last, -12 * LONGEST_YEARS), scope.days.last)
        return Behind("issued_points", days_filters(ever))


class BreakageFigure(Figure):
    code = "breakage"
    title = _("Burnt share")
    unit = Unit.RATE
    definition = _("Burnt / issued, over months of issue of which nothing is open any more.")
    order = 250
    is_of_now = True
    unknown = TOO_EARLY

    def value(self, scope: Scope) -> int | None:
        return breakage_bp(cohorts(scope))

    def behind(self, scope: Scope) -> Behind:
        return Behind("breakage", {})
