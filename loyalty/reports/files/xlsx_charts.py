"""Native charts of a spreadsheet: they draw the cells of the tables, so they live when those are changed."""

from collections.abc import Sequence
from typing import Any

import xlsxwriter

from loyalty.reports.columns import ChartKind, ChartPlan
from loyalty.reports.files.question import Question, chart_columns

COLOURS = ("#0B6B80", "#C25408", "#6A4C9C", "#3C7A2A", "#A3336B", "#5A6B73")
KINDS: dict[ChartKind, dict[str, str]] = {
    ChartKind.COLUMNS: {"type": "column"},
    ChartKind.STACKED: {"type": "column", "subtype": "stacked"},
    ChartKind.BARS: {"type": "bar"},
    ChartKind.LINES: {"type": "line"},
}
SIZE = {"width": 900, "height": 380}
ROWS_PER_CHART = 20
# Nobody can read a chart of more points.
MOST_POINTS = 400


def add_charts(workbook: xlsxwriter.Workbook, tables: Sequence[tuple[Question, str, int]], *, title: str) -> None:
    """A sheet with the charts of the tables, each with the name of its sheet and its number of rows."""
    charts = [
        _chart(workbook, question, plan, sheet_name=name, rows=rows)
        for question, name, rows in tables
        for plan in question.report.charts
        if 0 < rows <= MOST_POINTS and chart_columns(question.columns(), [plan.label])
    ]
    if not charts:
        return
    sheet = workbook.add_worksheet(title)
    sheet.hide_gridlines(2)
    for number, chart in enumerate(charts):
        sheet.insert_chart(1 + number * ROWS_PER_CHART, 1, chart)


def _chart(
    workbook: xlsxwriter.Workbook, question: Question, plan: ChartPlan, *, sheet_name: str, rows: int
) -> Any:
    columns = question.columns()
    label, *_rest = chart_columns(columns, [plan.label])
    chart = workbook.add_chart(KINDS[plan.kind])
    for number, index in enumerate(chart_columns(columns, plan.values)):
        colour = COLOURS[number % len(COLOURS)]
        is_line = plan.kind == ChartKind.LINES
        look = {"line": {"color": colour, "width": 2.25}} if is_line else {"fill": {"color": colour}}
        chart.add_series(
            {
                "name": [sheet_name, 0, index],
                "categories": [sheet_name, 1, label, rows, label],
                "values": [sheet_name, 1, index, rows, index],
                **look,
            }
        )
    chart.set_title({"name": str(plan.title), "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"} if len(plan.values) > 1 else {"none": True})
    if plan.kind == ChartKind.BARS:
        chart.set_y_axis({"reverse": True})
    chart.set_size(SIZE)
    return chart
