"""One report = one class: the same object feeds the screen, the spreadsheet, the csv and the letters.

A report answers for a scope and knows nothing of pages. Rows come one by one, so that a long list costs no memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, cast

from loyalty.reports.columns import (
    Behind,
    Chart,
    ChartPlan,
    Column,
    Measure,
    Number,
    Row,
    Series,
    Text,
    Thing,
    Unit,
    Value,
)
from loyalty.reports.figure_cells import days_filters
from loyalty.reports.filters import PeriodFilters, ReportFilters
from loyalty.reports.scope import Scope

VIEW_REPORTS = "loyalty.view_reports"
EXPORT = "loyalty.export_reports"
EXPORT_PERSONAL = "loyalty.export_personal_data"


class Report:
    """Subclasses stand in `loyalty.reports.catalogue`, a file each."""

    code: ClassVar[str]  # in addresses and file names
    title: ClassVar[Text]
    lead: ClassVar[Text] = ""  # the question it answers, in a sentence
    section: ClassVar[Text]  # heading in the list of reports
    order: ClassVar[int] = 100  # within all reports
    permissions: ClassVar[tuple[str, ...]] = (VIEW_REPORTS,)
    filters: ClassVar[type[ReportFilters]] = PeriodFilters
    columns: ClassVar[tuple[Column, ...]]
    charts: ClassVar[tuple[ChartPlan, ...]] = ()
    # Its charts, and the table that is a heat map, stand on the dashboard too.
    on_dashboard: ClassVar[bool] = False
    # Its file brings the reports of the dashboard's charts along.
    is_summary: ClassVar[bool] = False
    # What the empty report says instead of a table; empty: the usual words.
    empty_text: ClassVar[Text] = ""
    # The section of the admin where what it tells of is entered, as `loyalty.goal`.
    entered_in: ClassVar[str] = ""
    # Of a list of things, what they are, as `loyalty.receipt`: the first column is their number.
    opens: ClassVar[str] = ""

    def columns_for(self, scope: Scope) -> Sequence[Column]:
        """A report whose columns depend on the question says which; usually always the same."""
        return self.columns

    def rows(self, scope: Scope) -> Iterator[Row]:
        """A value per column."""
        raise NotImplementedError

    def totals(self, scope: Scope) -> Row | None:
        """A value per column, None where a total has no meaning; counted apart, for the screen shows no more
        than a page of rows."""
        return None

    def count(self, scope: Scope) -> int | None:
        """How many rows there are, when that is cheap to tell before a file is written."""
        return None

    def weight(self, scope: Scope) -> int:
        """Rows that are read to write a file: of many a worker writes it. Those that are in it; of a report that
        does not tell, the receipts of its days."""
        rows = self.count(scope)
        if rows is not None:
            return rows
        return sum(one.receipts().count() for one in (scope, scope.before) if one is not None)

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | Thing | None:
        """Where the rows behind a cell are listed, or the thing that it names. A number that has no rows by its
        nature is a derived column, or says so where its row tells how it is counted. A list of things opens each
        by its number, which stands first."""
        is_number = column.code == self.columns[0].code and row[0] is not None
        return Thing(self.opens, int(str(row[0]))) if self.opens and is_number else None

    def behind_total(self, scope: Scope, column: Column) -> Behind | None:
        """The rows of a total: mostly those of a row that names nothing."""
        behind = self.behind(scope, column, [None] * len(self.columns_for(scope)))
        return behind if isinstance(behind, Behind) else None

    def value(self, row: Row, code: str) -> Value | Measure:
        """The cell of a column with the code."""
        return row[[column.code for column in self.columns].index(code)]

    def charts_of(self, rows: Sequence[Row], *, scope: Scope) -> list[Chart]:
        columns = self.columns_for(scope)
        return [_chart(plan, columns, rows) for plan in self.charts]


class Figure:
    """One number of the dashboard, with how it is counted and where its rows are.

    Subclasses stand beside their report in the catalogue. `value` costs one query: a tile asks twice, for the
    period and for the one compared with, and may cost three. What both need is read once by an own `values`.
    """

    code: ClassVar[str]
    title: ClassVar[Text]
    unit: ClassVar[Unit]
    definition: ClassVar[Text]
    order: ClassVar[int] = 100
    permissions: ClassVar[tuple[str, ...]] = (VIEW_REPORTS,)
    # Whether more is better: None where it is neither.
    is_more_better: ClassVar[bool | None] = None
    # What the tile says instead of a dash while nobody can know.
    unknown: ClassVar[Text] = ""
    # Known only as it is now: nothing to compare with.
    is_of_now: ClassVar[bool] = False
    # The report whose rows of the same days make the number, and the filters that narrow it to them.
    listed_in: ClassVar[str] = ""
    narrowed_by: ClassVar[Mapping[str, str]] = {}

    def value(self, scope: Scope) -> Value:
        """None when nobody can know."""
        raise NotImplementedError

    def values(self, scope: Scope) -> tuple[Value, Value]:
        """For the period and for the one compared with: None where there is none."""
        before = scope.before if not self.is_of_now else None
        return self.value(scope), self.value(before) if before is not None else None

    def behind(self, scope: Scope) -> Behind | None:
        if not self.listed_in:
            return None
        return Behind(self.listed_in, {**days_filters(scope.days), **self.narrowed_by})


def _chart(plan: ChartPlan, columns: Sequence[Column], rows: Sequence[Row]) -> Chart:
    codes = [column.code for column in columns]
    label = codes.index(plan.label)
    shown = [codes.index(code) for code in plan.values if code in codes]
    return Chart(
        kind=plan.kind,
        title=str(plan.title),
        unit=columns[shown[0]].unit,
        labels=tuple(row[label] for row in rows),
        label_unit=columns[label].unit,
        series=tuple(
            Series(str(columns[index].title), tuple(cast(Number, row[index]) for row in rows)) for index in shown
        ),
    )
