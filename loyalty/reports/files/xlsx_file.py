"""Reports as a spreadsheet: real numbers and days, native charts, parameters and definitions on their own sheet.

Excel puts the separators of the reader's own country. Rows go to the disk as they come: a long list costs no
memory.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from loyalty.reports.columns import Column, Measure, Row, Unit, Value
from loyalty.reports.files.question import Question, definitions_of, parameters_of
from loyalty.reports.files.xlsx_charts import add_charts

# One less than a sheet has, and the totals.
MOST_ROWS = 1_048_000
FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.POINTS: "#,##0",
    Unit.MONEY: '#,##0.00 "₽"',
    Unit.RATE: "0.00%",
    Unit.AVERAGE: "#,##0.00",
    Unit.CHANGE: "+0.00%;-0.00%;0.00%",
    Unit.DAY: "dd.mm.yyyy",
    Unit.MONTH: "mmmm yyyy",
    Unit.MOMENT: "dd.mm.yyyy hh:mm",
}
WIDTHS = {Unit.TEXT: 28, Unit.PHONE: 18, Unit.MOMENT: 18, Unit.MONTH: 16}
USUAL_WIDTH, WIDE = 14, 60
# Nothing that is typed is a formula or a link.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31
HEAT_COLOURS = {"min_color": "#E8F3F5", "mid_color": "#8CC3CF", "max_color": "#0B6B80"}

Put = Callable[[int, int, Any, Any], Any]


class TooManyRows(Exception):
    """More than a sheet holds: csv has no such limit."""


def write_xlsx(
    stream: IO[bytes],
    questions: Sequence[Question],
    *,
    asked_by: str,
    report: Callable[[int], None] = lambda rows: None,
) -> int:
    """Write the file and return the number of rows; `report` is told of every thousand. Raises TooManyRows."""
    total = 0
    with xlsxwriter.Workbook(stream, OPTIONS) as workbook:
        book = _Book(workbook)
        written = []
        for question in questions:
            name, rows = book.table(question, done=total, report=report)
            written.append((question, name, rows))
            total += rows
        add_charts(workbook, written, title=book.free_name(_("Charts")))
        book.parameters(questions, asked_by=asked_by)
    return total


class _Book:
    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.workbook = workbook
        self.names: set[str] = set()
        self.head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.total = workbook.add_format({"bold": True, "top": 1})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        points = _("pp")
        formats = FORMATS | {Unit.RATE_CHANGE: f'+0.00" {points}";-0.00" {points}";0.00" {points}"'}
        self.formats = {unit: workbook.add_format({"num_format": text}) for unit, text in formats.items()}
        self.totals = {
            unit: workbook.add_format({"num_format": text, "bold": True, "top": 1})
            for unit, text in formats.items()
        }

    def free_name(self, title: str) -> str:
        """Excel's own rules for names of sheets, and no two alike."""
        plain = NOT_IN_A_NAME.sub(" ", title).strip()[:LONGEST_NAME]
        name, number = plain, 1
        while name.lower() in self.names:
            number += 1
            name = f"{plain[: LONGEST_NAME - 4]} {number}"
        self.names.add(name.lower())
        return name

    def table(self, question: Question, *, done: int, report: Callable[[int], None]) -> tuple[str, int]:
        columns = question.columns()
        name = self.free_name(str(question.report.title))
        sheet = self.workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            width = WIDE if column.is_prose else WIDTHS.get(column.unit, USUAL_WIDTH)
            sheet.set_column(index, index, width)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, str(column.title), self.head)
        puts = [(index, *self._put(sheet, column.unit)) for index, column in enumerate(columns)]
        last = 0
        for last, row in enumerate(question.rows(), start=1):
            if last > MOST_ROWS:
                raise TooManyRows
            for index, put, cell_format in puts:
                if row[index] is not None:
                    put(last, index, row[index], cell_format)
            if last % 1_000 == 0:
                report(done + last)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        self._shade(sheet, columns, last)
        if last:
            self._total_row(sheet, question.totals(), columns, row=last + 1)
        return name, last

    def parameters(self, questions: Sequence[Question], *, asked_by: str) -> None:
        sheet = self.workbook.add_worksheet(self.free_name(_("Parameters")))
        sheet.set_column(0, 0, WIDTHS[Unit.TEXT])
        sheet.set_column(1, 1, WIDE)
        row = 0
        for question in questions:
            for name, value in parameters_of(question, asked_by=asked_by):
                sheet.write_string(row, 0, name)
                put, cell_format = self._put(sheet, _unit_of(value))
                put(row, 1, value, cell_format)
                row += 1
            for name, text in definitions_of(question):
                sheet.write_string(row, 0, name, self.wrapped)
                sheet.write_string(row, 1, text, self.wrapped)
                row += 1
            row += 1

    def _put(self, sheet: Any, unit: Unit, formats: dict[Unit, Any] | None = None) -> tuple[Put, Any]:
        """What writes one kind of cell, with its format. Chosen once per column, and where it can be XlsxWriter's
        own, for a list has many rows."""
        number, text, moment = sheet.write_number, sheet.write_string, sheet.write_datetime

        def put_rate(row: int, column: int, value: int, cell_format: Any) -> None:
            number(row, column, Decimal(value).scaleb(-4), cell_format)

        def put_points(row: int, column: int, value: int, cell_format: Any) -> None:
            number(row, column, Decimal(value).scaleb(-2), cell_format)

        def put_moment(row: int, column: int, value: datetime, cell_format: Any) -> None:
            # Excel knows no zones.
            moment(row, column, value.replace(tzinfo=None), cell_format)

        def put_measure(row: int, column: int, value: Measure, _format: Any) -> None:
            if value.value is not None:
                put, cell_format = self._put(sheet, value.unit, formats)
                put(row, column, value.value, cell_format)

        by_unit: dict[Unit, Put] = {
            Unit.TEXT: text,
            Unit.PHONE: text,
            Unit.RATE: put_rate,
            Unit.CHANGE: put_rate,
            Unit.RATE_CHANGE: put_points,
            Unit.DAY: moment,
            Unit.MONTH: moment,
            Unit.MOMENT: put_moment,
            Unit.MEASURE: put_measure,
        }
        return by_unit.get(unit, number), (formats or self.formats).get(unit)

    def _total_row(self, sheet: Any, totals: Row | None, columns: Sequence[Column], *, row: int) -> None:
        if totals is None:
            return
        for index, (value, column) in enumerate(zip(totals, columns, strict=True)):
            if index == 0:
                sheet.write_string(row, 0, _("Total"), self.total)
            elif value is None:
                sheet.write_blank(row, index, None, self.total)
            else:
                put, cell_format = self._put(sheet, column.unit, self.totals)
                put(row, index, value, cell_format)

    def _shade(self, sheet: Any, columns: Sequence[Column], last: int) -> None:
        for index, column in enumerate(columns):
            if column.is_heat and last:
                sheet.conditional_format(1, index, last, index, {"type": "3_color_scale", **HEAT_COLOURS})


def _unit_of(value: Value) -> Unit:
    if isinstance(value, datetime):
        return Unit.MOMENT
    return Unit.DAY if isinstance(value, date) else Unit.TEXT
