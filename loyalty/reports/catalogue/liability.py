"""Open points by the month in which they burn, on any day: what the clinics owe, and what will probably burn."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from clinics.money import half_up, to_roubles
from loyalty.program.versions import NoProgram, current_program
from loyalty.reports.catalogue.points_flow import points_left
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit
from loyalty.reports.filters import DayFilters
from loyalty.reports.open_points import breakage_bp, cohorts, open_points
from loyalty.reports.report import Figure, Report
from loyalty.reports.scope import Scope
from loyalty.rollups.open_reading import OpenPoints

FULL_BP = 10_000


class Liability(Report):
    code = "liability"
    title = _("Open points by the month they burn")
    lead = _("What patients may still spend, at the end of any day, and how much of it will probably burn.")
    section = _("Points")
    order = 210
    filters = DayFilters
    columns = (
        Column("month", _("Burn in"), Unit.MONTH, unknown=_("no day")),
        Column(
            "points", _("Points"), Unit.POINTS,
            _("Open at the end of the day: of all lots what was not spent, burnt or taken back; pending ones too."
              " Points without a day of their own burn a fixed time after the last payment; of a day of the past,"
              " as it was known that night."),
        ),
        Column(
            "waiting", _("Wait for their visit"), Unit.POINTS,
            _("Of them: earned on a visit that has not been closed. Closing it gives them their day."),
        ),
        Column("value", _("Worth"), Unit.MONEY, _("Points by what one of them is worth in the program now.")),
        Column(
            "burns", _("Will probably burn"), Unit.POINTS,
            _("Points by the share that burnt of months of which nothing is open, of all patients of the clinics;"
              " a dash while there are none."),
            is_derived=True,
        ),
        Column("expected", _("Will probably be spent"), Unit.MONEY, _("Worth of the rest."), is_derived=True),
    )  # fmt: skip
    charts = (ChartPlan(ChartKind.STACKED, _("Open points by the month they burn"), "month", ("points",)),)
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        share = breakage_bp(cohorts(scope))
        kopecks = point_kopecks(scope)
        for one in open_points(scope):
            yield (one.month, *_told(one, kopecks=kopecks, share=0 if one.month is None else share))

    def totals(self, scope: Scope) -> Row:
        rows = list(self.rows(scope))
        return (None, *(_sum([row[index] for row in rows]) for index in range(1, 6)))

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        if column.code not in {"points", "waiting", "value"}:
            return None
        return Behind("open_points", {"month": str(row[0])} if row[0] is not None else {"lasting": "no_day"})

    def behind_total(self, scope: Scope, column: Column) -> Behind | None:
        """Of all months and of none."""
        return Behind("open_points", {}) if column.code in {"points", "waiting", "value"} else None


class LiabilityFigure(Figure):
    code = "liability"
    title = _("Liability")
    unit = Unit.MONEY
    definition = _(
        "Worth of all points left at the end of the period's last day: balances and pending points less debts."
    )
    order = 240

    def value(self, scope: Scope) -> Decimal:
        return to_roubles(points_left(scope) * point_kopecks(scope))

    def values(self, scope: Scope) -> tuple[Decimal, Decimal | None]:
        kopecks, before = point_kopecks(scope), scope.before
        earlier = to_roubles(points_left(before) * kopecks) if before is not None else None
        return to_roubles(points_left(scope) * kopecks), earlier

    def behind(self, scope: Scope) -> Behind:
        month = scope.days.last.replace(day=1).isoformat()
        return Behind("points", {"period": "days", "first": month, "last": scope.days.last.isoformat()})


def point_kopecks(scope: Scope) -> int:
    """What one point is worth in the program in force; a rouble before the first one."""
    try:
        return current_program(at=scope.at).program.point_value_kopecks
    except NoProgram:
        return 100


def _told(one: OpenPoints, *, kopecks: int, share: int | None) -> tuple[int | Decimal | None, ...]:
    burns = half_up(one.points * share, FULL_BP) if share is not None else None
    expected = to_roubles((one.points - burns) * kopecks) if burns is not None else None
    return one.points, one.waiting, to_roubles(one.points * kopecks), burns, expected


def _sum(values: list[object]) -> int | Decimal | None:
    known = [value for value in values if isinstance(value, int | Decimal)]
    return sum(known) if known and len(known) == len(values) else None
