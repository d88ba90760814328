"""A report as csv that a Russian Excel opens right: BOM, semicolons, decimal comma, CRLF.

A text that would be read as a formula gets an apostrophe; numbers below zero stay numbers. Where each row measures
something else, a percentage says so itself; elsewhere the head of its column does.
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from loyalty.reports.columns import Column, Measure, Unit, Value
from loyalty.reports.files.question import Question

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS_AT_ONCE = 1_000
PERCENTAGES = frozenset({Unit.RATE, Unit.CHANGE})


def csv_parts(question: Question) -> Iterator[bytes]:
    """The file piece by piece."""
    columns = question.columns()
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([_title(column) for column in columns])
    texts = [TEXTS.get(column.unit, str) for column in columns]
    for number, row in enumerate(question.rows(), start=1):
        writer.writerow([_cell(value, text) for value, text in zip(row, texts, strict=True)])
        if number % ROWS_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _title(column: Column) -> str:
    title = str(column.title)
    return _safe(f"{title}, %" if column.unit == Unit.RATE and "%" not in title else title)


def _cell(value: Value | Measure, text: Callable[[Any], str]) -> str:
    if isinstance(value, Measure):
        told = _cell(value.value, TEXTS[value.unit])
        return f"{told}%" if told and value.unit in PERCENTAGES else told
    return "" if value is None else text(value)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _phone(text: str) -> str:
    """`7 916 123-45-67`: without the plus, which would begin a formula."""
    digits = text.removeprefix("+")
    if digits.isdecimal() and len(digits) == 11:
        return f"{digits[0]} {digits[1:4]} {digits[4:7]}-{digits[7:9]}-{digits[9:]}"
    return _safe(digits)


def _decimal(number: Decimal) -> str:
    return f"{number:f}".replace(".", ",")


def _rate(rate_bp: int) -> str:
    return _decimal(Decimal(rate_bp).scaleb(-2))


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _moment(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M}"


TEXTS: dict[Unit, Callable[[Any], str]] = {
    Unit.TEXT: _safe,
    Unit.PHONE: _phone,
    Unit.DAY: _day,
    Unit.MONTH: _day,
    Unit.MOMENT: _moment,
    Unit.COUNT: str,
    Unit.POINTS: str,
    Unit.MONEY: _decimal,
    Unit.RATE: _rate,
    Unit.AVERAGE: _decimal,
    Unit.CHANGE: _rate,
    Unit.RATE_CHANGE: _rate,
}
