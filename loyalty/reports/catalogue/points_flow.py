"""Points month by month: issued, spent, burnt, reversed, and what was left at the end."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.calendar import add_months
from loyalty.figures.sold import segment_ids
from loyalty.models import OperationKind
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit
from loyalty.reports.figure_cells import days_filters, month_filters, months_of
from loyalty.reports.filters import LONGEST_YEARS, PatientFilters
from loyalty.reports.report import Figure, Report
from loyalty.reports.scope import Days, Scope
from loyalty.rollups.reading import Moved, patients_points_by_month, points_by_month

Kind = OperationKind
NOTHING = Moved()
# Nothing is older: what was left before the period is the sum of all that was moved.
BEGINNING = date(2000, 1, 1)
ISSUED = (Kind.EARN, Kind.GIFT, Kind.OPENING)
# Which kinds of operations a column counts; `operations` lists them.
KINDS_OF = {
    "issued": ISSUED,
    "spent": (Kind.SPEND,),
    "returned": (Kind.RETURN,),
    "taken_back": (Kind.TAKE_BACK,),
    "burnt": (Kind.BURN,),
    "by_hand": (Kind.ADJUST,),
    "moved": (Kind.TRANSFER,),
}


class PointsFlowFilters(PatientFilters):
    usual_period = "last_12_months"


class PointsFlow(Report):
    code = "points"
    title = _("Points by month")
    lead = _("How many points were given, spent and burnt, and how many were left at the end of each month.")
    section = _("Points")
    order = 200
    filters = PointsFlowFilters
    columns = (
        Column("month", _("Month"), Unit.MONTH),
        Column("issued", _("Issued"), Unit.POINTS, _("Earned, given as gifts, brought over as opening balances.")),
        Column("spent", _("Spent points"), Unit.POINTS, _("Taken off by patients on receipts.")),
        Column("returned", _("Returned"), Unit.POINTS, _("Spent points given back with refunds.")),
        Column("taken_back", _("Taken back"), Unit.POINTS, _("Earned points taken off with refunds.")),
        Column("burnt", _("Burnt"), Unit.POINTS, _("By the night that took them off.")),
        Column("by_hand", _("By hand"), Unit.POINTS, _("Given by hand less taken by hand.")),
        Column("moved", _("Moved"), Unit.POINTS, _("By merges of cards of different clinics.")),
        Column(
            "left", _("Left at the end"), Unit.POINTS,
            _("All points moved so far: balances and pending points less debts. A patient's points belong to the"
              " home clinic. Behind it: operations of the last ten years."),
        ),
    )  # fmt: skip
    charts = (
        ChartPlan(ChartKind.COLUMNS, _("Issued, spent and burnt points"), "month", ("issued", "spent", "burnt")),
    )
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        first, last = scope.days.first, min(scope.days.last, scope.today())
        left = points_left(scope.over(Days(BEGINNING, first - timedelta(days=1))))
        by_month = _by_month(scope.over(Days(first, last)))
        for days in months_of(Days(first, last)):
            month = days.first.replace(day=1)
            kinds = by_month.get(month, {})
            left += _net(kinds)
            yield (month, *_numbers(kinds), left)

    def totals(self, scope: Scope) -> Row:
        rows = list(self.rows(scope))
        sums = [sum(int(str(row[index])) for row in rows) for index in range(1, 8)]
        return (None, *sums, rows[-1][8] if rows else None)

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        days = month_filters(scope.days, str(row[0])) or days_filters(scope.days)
        if column.code == "left":
            last = date.fromisoformat(days["last"])
            return Behind("operations", days_filters(Days(add_months(last, -12 * LONGEST_YEARS), last)))
        return Behind("operations", {"act": column.code, **days}) if column.code in KINDS_OF else None


class _PointsFigure(Figure):
    unit = Unit.POINTS
    act = ""

    def value(self, scope: Scope) -> int:
        kinds = [Kind(kind) for kind in KINDS_OF[self.act]]
        months = _by_month(scope)
        moved = [month.get(kind, NOTHING) for month in months.values() for kind in kinds]
        return sum(abs(one.credit + one.debit) for one in moved)

    def behind(self, scope: Scope) -> Behind:
        return Behind("operations", {"act": self.act, **days_filters(scope.days)})


class PointsIssued(_PointsFigure):
    code = "points_issued"
    act = "issued"
    title = _("Points issued")
    definition = _("Earned, given as gifts, brought over as opening balances.")
    order = 210


class PointsSpent(_PointsFigure):
    code = "points_spent"
    act = "spent"
    title = _("Points spent")
    definition = _("Taken off by patients on receipts, before refunds.")
    order = 220
    is_more_better = True


class PointsBurnt(_PointsFigure):
    code = "points_burnt"
    act = "burnt"
    title = _("Points burnt")
    definition = _("Points whose last day was over, by the night that took them off.")
    order = 230


def points_left(scope: Scope) -> int:
    """All points moved by the end of the scope's last day: balances and pending less debts. One query."""
    months = _by_month(scope.over(Days(BEGINNING, scope.days.last)))
    return sum(_net(kinds) for kinds in months.values())


def _by_month(scope: Scope) -> dict[date, dict[str, Moved]]:
    """Rollups know clinics; chosen patients are read from the ledger."""
    asked: dict[str, Any] = {
        "clinic_ids": scope.clinic_ids, "first": scope.days.first, "last": scope.days.last,
    }  # fmt: skip
    patients = segment_ids(scope)
    return points_by_month(**asked) if patients is None else patients_points_by_month(patients, **asked)


def _net(kinds: Mapping[str, Moved]) -> int:
    return sum(moved.credit + moved.debit for moved in kinds.values())


def _numbers(kinds: Mapping[str, Moved]) -> tuple[int, ...]:
    """The columns from issued to moved: what goes out is told as a number above 0."""
    net = {
        column: sum(kinds[kind].credit + kinds[kind].debit for kind in of_column if kind in kinds)
        for column, of_column in KINDS_OF.items()
    }
    out = {"spent", "taken_back", "burnt"}
    return tuple(-number if column in out else number for column, number in net.items())
