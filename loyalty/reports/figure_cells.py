"""Figures as a report's cells: kopecks to roubles, fractions to basis points, people who may be erased."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from clinics.calendar import end_of_period, start_of_period
from clinics.money import to_roubles
from loyalty.figures.maths.ratios import basis_points
from loyalty.reports.scope import Days


class Named(str):
    """A text that knows the code of what it names: the code leads to the rows behind and is not shown."""

    code: str

    def __new__(cls, text: str, code: str) -> "Named":
        named = super().__new__(cls, text)
        named.code = code
        return named


def code_of(cell: object) -> str:
    return cell.code if isinstance(cell, Named) else ""


def money(kopecks: int | None) -> Decimal | None:
    return None if kopecks is None else to_roubles(kopecks)


def rate(share: Fraction | None) -> int | None:
    """Basis points."""
    return basis_points(share)


def person_name(name: str, *, patient_id: int) -> str:
    """Who has been erased is a number."""
    return name or f"№ {patient_id}"


def months_of(days: Days) -> Iterator[Days]:
    """The calendar months of the days; the first and the last may be parts of one."""
    first = days.first
    while first <= days.last:
        month_end = end_of_period(first, "month")
        yield Days(first, min(month_end, days.last))
        first = month_end + timedelta(days=1)


def month_filters(days: Days, month: str) -> dict[str, str]:
    """Filters of the days that a month has in common with those asked about; `month` is its first day."""
    for part in months_of(days):
        if start_of_period(part.first, "month").isoformat() == month:
            return days_filters(part)
    return {}


def days_filters(days: Days) -> dict[str, str]:
    return {"period": "days", "first": days.first.isoformat(), "last": days.last.isoformat()}
