"""What stands in a report's cells: values by unit, columns, rows, charts as pure data.

None in a cell means that nobody knows, and is shown as a dash: never as a zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Value = str | int | Decimal | date | datetime | None
Number = int | Decimal | None

NO_ROWS = _("It is worked out from other numbers and has no rows of its own.")


class Unit(StrEnum):
    TEXT = "text"  # str
    PHONE = "phone"  # str in E.164
    DAY = "day"  # date
    MONTH = "month"  # date: its first day
    MOMENT = "moment"  # aware datetime, in the clinic's own zone
    COUNT = "count"  # int
    POINTS = "points"  # int
    MONEY = "money"  # Decimal roubles
    RATE = "rate"  # int, basis points: 6 000 is 60 %
    AVERAGE = "average"  # Decimal with two places
    CHANGE = "change"  # int, basis points of what was before; told with its sign
    RATE_CHANGE = "rate_change"  # int, hundredths of a percentage point; told with its sign
    MEASURE = "measure"  # Measure: each row has a unit of its own


NUMBERS = frozenset(Unit) - {Unit.TEXT, Unit.PHONE, Unit.DAY, Unit.MONTH, Unit.MOMENT}


@dataclass(frozen=True, slots=True)
class Measure:
    """A value with a unit of its own, in a column where each row measures something else."""

    value: Value
    unit: Unit


Row = Sequence[Value | Measure]


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    title: Text
    unit: Unit = Unit.COUNT
    definition: Text = ""  # how it is counted, in a sentence
    is_personal: bool = False  # a name or a phone: masked or left out of files without the permission
    unknown: Text = ""  # what a cell without a value says instead of a dash
    is_prose: bool = False  # sentences: they get room
    is_heat: bool = False  # a rate whose cells are shaded by how high it is: a heat map that is a table
    is_derived: bool = False  # a number without rows of its own: its definition says so

    @property
    def is_number(self) -> bool:
        return self.unit in NUMBERS

    @property
    def explanation(self) -> str:
        return told_as_derived(self.definition) if self.is_derived else str(self.definition)


class ChartKind(StrEnum):
    COLUMNS = "columns"
    STACKED = "stacked"
    BARS = "bars"  # lying: long labels
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class ChartPlan:
    """A chart of a report's columns, by their codes. The report's table says the same in numbers."""

    kind: ChartKind
    title: Text
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    title: str
    values: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: a value per label in each series."""

    kind: ChartKind
    title: str
    unit: Unit
    labels: tuple[Any, ...]
    label_unit: Unit
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows behind a number: another report, with filters that replace those of the page."""

    report: str
    filters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """One row of the database that a cell names: the page leads to it."""

    model: str  # "loyalty.receipt"
    pk: int


def told_as_derived(definition: Text) -> str:
    """How a number is counted that has no rows behind it."""
    return f"{definition} {NO_ROWS}".strip()


def rate_bp(part: int | Decimal | None, whole: int | Decimal | None) -> int | None:
    """A share in basis points, half up; None of nothing."""
    if not whole or part is None:
        return None
    return int((Decimal(part) * 10_000 / Decimal(whole)).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def average(total: int | Decimal | None, number: int | None) -> Decimal | None:
    """With two places, half up; None of nothing."""
    if not number or total is None:
        return None
    return (Decimal(total) / number).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
