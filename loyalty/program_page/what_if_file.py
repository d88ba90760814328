"""The result of a what-if as a spreadsheet: the tables of the screen with real numbers, and what they mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.money import to_roubles
from loyalty.models import WhatIfRun
from loyalty.program_page.version_list import person
from loyalty.texts.what_if_tables import (
    Cell,
    Kind,
    measures_of,
    tier_measures_of,
    winners_columns,
    winners_of,
)
from loyalty.texts.what_if_words import assumptions, months_text, version_name, winners_definition
from loyalty.what_if.result import WhatIf

# Excel puts the separators of the reader's own country.
FORMATS = {Kind.COUNT: "#,##0", Kind.MONEY: '#,##0.00 "₽"', Kind.RATE: "0.00%", Kind.AVERAGE: "#,##0.00"}
MOMENT = "dd.mm.yyyy hh:mm"
WIDE, NARROW = 40, 18
# A title that begins with = must stay a title: nothing here is a formula or a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def file_of(run: WhatIfRun) -> bytes:
    """Of a run that is done."""
    result = WhatIf.from_json(run.result)
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as workbook:
        book = _Book(workbook)
        names = (version_name(run.compared), version_name(run.version), _("Difference"))
        book.table(_("Totals"), [_("What"), *names, _("How it is counted")], _total_rows(result), wide=(0, 4))
        book.table(_("By tier"), [_("Tier"), _("What"), *names], _tier_rows(result), wide=(0, 1))
        book.table(_("Winners and losers"), [_("Tier"), *winners_columns()], _winner_rows(result))
        book.parameters(_("Parameters"), _parameters(run, result), _notes(result))
    return buffer.getvalue()


def _total_rows(result: WhatIf) -> Iterable[list[Any]]:
    for measure in measures_of(result):
        yield [measure.title, *measure.cells, measure.definition]


def _tier_rows(result: WhatIf) -> Iterable[list[Any]]:
    for tier in tier_measures_of(result):
        for measure in tier.measures:
            yield [tier.title, measure.title, *measure.cells]


def _winner_rows(result: WhatIf) -> Iterable[list[Any]]:
    for tier in winners_of(result):
        yield [tier.title, *tier.cells]


def _parameters(run: WhatIfRun, result: WhatIf) -> list[tuple[str, Any]]:
    """Moments are of the network's own zone, without one: Excel knows none."""
    return [
        (_("On trial"), f"{version_name(run.version)}, {run.version.title}"),
        (_("Compared with"), f"{version_name(run.compared)}, {run.compared.title}"),
        (_("Receipts of the past"), months_text(run.months)),
        (_("From"), timezone.localtime(result.period.starts_at).replace(tzinfo=None)),
        (_("Until"), timezone.localtime(result.period.until).replace(tzinfo=None)),
        (_("Time zone"), timezone.get_default_timezone_name()),
        (_("Asked by"), person(run.asked_by)),
        (_("Number of the run"), str(run.pk)),
    ]


def _notes(result: WhatIf) -> list[str]:
    return [winners_definition(), *assumptions(result)]


@dataclass(slots=True)
class _Book:
    workbook: xlsxwriter.Workbook

    def table(
        self, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], *, wide: Iterable[int] = (0,)
    ) -> None:
        """`wide` are the columns of words, counted from 0."""
        sheet = self.workbook.add_worksheet(title)
        bold = self.workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._put(sheet, last, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(head) - 1)
        sheet.set_column(0, len(head) - 1, NARROW)
        for column in wide:
            sheet.set_column(column, column, WIDE)

    def parameters(self, title: str, pairs: Iterable[tuple[str, Any]], notes: Iterable[str]) -> None:
        sheet = self.workbook.add_worksheet(title)
        row = 0
        for row, (name, value) in enumerate(pairs):
            self._put(sheet, row, 0, name)
            self._put(sheet, row, 1, value)
        for offset, note in enumerate(notes, start=2):
            self._put(sheet, row + offset, 0, note)
        sheet.set_column(0, 1, WIDE)

    def _put(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, Cell):
            sheet.write_number(row, column, _number(value), self._format(FORMATS[value.kind]))
        elif isinstance(value, str):
            sheet.write_string(row, column, value)
        else:
            sheet.write_datetime(row, column, value, self._format(MOMENT))

    def _format(self, number_format: str) -> Any:
        return self.workbook.add_format({"num_format": number_format})


def _number(cell: Cell) -> Decimal | int:
    """Roubles, a share of one, or points, as a spreadsheet counts them."""
    match cell.kind:
        case Kind.MONEY:
            return to_roubles(cell.value)
        case Kind.RATE:
            return Decimal(cell.value).scaleb(-4)
        case Kind.AVERAGE:
            return Decimal(cell.value).scaleb(-2)
        case _:
            return cell.value
