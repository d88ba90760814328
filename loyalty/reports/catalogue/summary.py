"""The dashboard's numbers as a table: for the file that a manager sends to the owner."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.reports.columns import Behind, Column, Measure, Row, Unit, Value, rate_bp
from loyalty.reports.figure_cells import Named, code_of
from loyalty.reports.filters import WholeFilters
from loyalty.reports.registry import all_figures
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope

CHANGE_COLUMN = Column(
    "change",
    pgettext_lazy("of a figure", "Change"),
    Unit.MEASURE,
    _("In percent; of shares, in percentage points."),
    is_derived=True,
)


class Summary(Report):
    code = "summary"
    title = _("Summary of the period")
    lead = _("The numbers of the first page, with the period compared with and how each is counted.")
    section = _("Summary of the period")
    order = 10
    filters = WholeFilters
    is_summary = True
    columns = (
        Column("name", _("What is counted"), Unit.TEXT),
        Column("now", _("Period"), Unit.MEASURE),
        Column("before", _("Compared with"), Unit.MEASURE),
        CHANGE_COLUMN,
        Column("definition", _("How it is counted"), Unit.TEXT, is_prose=True),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        for figure in all_figures().values():
            # Others may see fewer numbers than the person who asked: those with rights of their own stay out.
            if figure.permissions != (VIEW_REPORTS,):
                continue
            now, past = figure.values(scope)
            yield (
                Named(str(figure.title), figure.code),
                Measure(now, figure.unit),
                Measure(past, figure.unit),
                change(now, past, figure.unit),
                str(figure.definition),
            )

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        asked = {"now": scope, "before": scope.before}.get(column.code)
        return all_figures()[code_of(row[0])].behind(asked) if asked is not None else None


def change(now: Value, before: Value, unit: Unit) -> Measure:
    """Relative; of rates the difference. Of None when one of them is unknown."""
    told_in = Unit.RATE_CHANGE if unit == Unit.RATE else Unit.CHANGE
    if not isinstance(now, int | Decimal) or not isinstance(before, int | Decimal):
        return Measure(None, told_in)
    if unit == Unit.RATE:
        return Measure(int(now - before), told_in)
    return Measure(rate_bp(Decimal(now) - Decimal(before), abs(Decimal(before))), told_in)
