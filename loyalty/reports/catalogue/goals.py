"""Goals: target, what has been reached, and whether the time that is left suffices."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.figures.goals import GoalProgress, read_goals
from loyalty.models import Goal
from loyalty.reports.catalogue.staff import StaffFilters
from loyalty.reports.columns import Behind, Column, Measure, Row, Thing, Unit, Value
from loyalty.reports.figure_cells import Named, code_of, days_filters, rate
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Days, Scope

UNITS = {
    Goal.Figure.VISITS: Unit.COUNT,
    Goal.Figure.BUYERS: Unit.COUNT,
    Goal.Figure.AVERAGE_BILL: Unit.MONEY,
    Goal.Figure.REVENUE: Unit.MONEY,
    Goal.Figure.REPEAT_RATE: Unit.RATE,
}
TITLES = {
    Goal.Figure.VISITS: _("Purchases"),
    Goal.Figure.BUYERS: _("Buyers"),
    Goal.Figure.AVERAGE_BILL: _("Average bill (AOV)"),
    Goal.Figure.REVENUE: _("Revenue"),
    Goal.Figure.REPEAT_RATE: _("Repeat purchases (RPR)"),
}

# What makes up a figure where it is not receipts.
LISTS: dict[Goal.Figure, tuple[str, dict[str, str]]] = {
    Goal.Figure.BUYERS: ("buyers", {}),
    Goal.Figure.REPEAT_RATE: ("buyers", {"repeat": "yes"}),
}


class GoalReport(Report):
    code = "goals"
    title = _("Goals")
    lead = _("Goals whose days touch the period: what has been reached by today.")
    section = _("Sales")
    order = 70
    permissions = (VIEW_REPORTS, "loyalty.view_goal")
    filters = StaffFilters
    entered_in = "loyalty.goal"
    empty_text = _("No goals in this period. They are set under «Goals».")
    columns = (
        Column("number", _("No."), Unit.TEXT),
        Column("figure", _("Figure"), Unit.TEXT),
        Column("clinic", _("Clinic"), Unit.TEXT),
        Column("first", _("From"), Unit.DAY),
        Column("last", _("To, inclusive"), Unit.DAY),
        Column("target", _("Target"), Unit.MEASURE),
        Column("reached", _("Reached"), Unit.MEASURE, _("From the goal's first day to today.")),
        Column("progress", _("Progress"), Unit.RATE, _("What has been reached, of the target."), is_derived=True),
        Column("time", _("Time passed"), Unit.RATE, _("Days of the goal that have begun, today included."),
               is_derived=True),
        Column("course", _("On course"), Unit.TEXT, _(
            "What grows day by day is compared with the time passed, a rate or an average with the target."
        )),
    )  # fmt: skip

    def rows(self, scope: Scope) -> Iterator[Row]:
        for one in read_goals(scope):
            goal, unit = one.goal, UNITS[Goal.Figure(one.goal.figure)]
            yield (
                str(goal.pk), Named(str(TITLES[Goal.Figure(goal.figure)]), goal.figure),
                Named(str(goal.clinic or gettext("All clinics")), str(goal.clinic_id or "")), goal.starts_on,
                goal.ends_on,
                Measure(_value(goal.target, unit), unit), Measure(_value(one.reached, unit), unit),
                rate(one.progress), rate(one.time), _course(one),
            )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | Thing | None:
        if column.code in {"number", "target"}:
            return Thing("loyalty.goal", int(str(row[0])))
        if column.code != "reached":
            return None
        clinic = {"clinic": code_of(row[2])} if code_of(row[2]) else {}
        last = min(self._day(row, "last"), scope.today())
        list_code, filters = LISTS.get(Goal.Figure(code_of(row[1])), ("sales", {}))
        return Behind(list_code, days_filters(Days(self._day(row, "first"), last)) | clinic | filters)

    def _day(self, row: Row, code: str) -> date:
        day = self.value(row, code)
        assert isinstance(day, date)  # noqa: S101  # its column holds days
        return day


def _value(number: Decimal | None, unit: Unit) -> Value:
    """Rates are told in basis points; the goal's target is a percentage."""
    if number is None:
        return None
    match unit:
        case Unit.COUNT:
            return int(number)
        case Unit.RATE:
            return int(number * 100)
        case _:
            return number


def _course(one: GoalProgress) -> str | None:
    if one.is_on_course is None:
        return None
    return gettext("yes") if one.is_on_course else gettext("behind")
