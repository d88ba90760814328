"""A table of the patient's own data: what the page and the file are both made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

Value = str | int | bool | date | datetime | time | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """`code` and the columns' codes are for machines and never change."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def as_records(self) -> list[dict[str, Value]]:
        codes = [column.code for column in self.columns]
        return [dict(zip(codes, row, strict=True)) for row in self.rows]


def make_table(
    code: str, title: str, columns: tuple[tuple[str, str], ...], rows: Iterable[tuple[Value, ...]]
) -> Table:
    return Table(code, title, tuple(Column(*column) for column in columns), tuple(rows))
