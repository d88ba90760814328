"""A report's rows as the screen shows them: a page of texts, with where each number leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from loyalty.reports.columns import Behind, Column, Measure, Row, Thing, Unit, Value
from loyalty.reports.figure_cells import days_filters
from loyalty.reports.registry import find_report, may_see
from loyalty.reports.report import Report
from loyalty.reports.scope import Days, Scope
from loyalty.texts.report_values import value_text
from patients.phone import mask_phone

PER_PAGE = 50
# Whoever needs more narrows the report down, or takes it as a file.
MOST_SHOWN = 5_000
HEAT_STEPS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_number: bool
    url: str = ""
    heat: int = 0  # 1..4 from pale to dark
    is_prose: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[list[Cell]]
    totals: list[Cell]  # empty without totals
    number: int
    has_next: bool
    is_cut: bool  # there are more rows than the screen shows


def read_rows(report: Report, scope: Scope, *, number: int) -> tuple[list[Row], bool]:
    """The rows of a page, counted from 1, and whether there are more. Rows before it are stepped over."""
    start = (number - 1) * PER_PAGE
    # Within a transaction the database's cursor stops where we do: a million rows cost no more than those shown.
    with transaction.atomic():
        rows = list(islice(report.rows(scope), start, start + PER_PAGE + 1))
    return rows[:PER_PAGE], len(rows) > PER_PAGE


class Linker:
    """Addresses behind cells, of those pages that the person may open; `query` is the state of the page.

    The days are told in full: another report may have other usual ones.
    """

    def __init__(self, *, user: AbstractBaseUser | AnonymousUser, query: QueryDict, days: Days) -> None:
        self.user = user
        self.query = query
        self.days = days

    def url(self, behind: Behind | Thing | None) -> str:
        match behind:
            case Behind():
                return self._report_url(behind)
            case Thing():
                return self._thing_url(behind)
            case _:
                return ""

    def _report_url(self, behind: Behind) -> str:
        report = find_report(behind.report)
        if report is None or not may_see(self.user, report.permissions):
            return ""
        query = self.query.copy()
        for name in list(query):
            if name not in report.filters.base_filters:
                del query[name]
        days = days_filters(self.days) if "period" in report.filters.base_filters else {}
        for name, value in {**days, **behind.filters}.items():
            query[name] = value
        return f"{reverse('admin:report', args=[behind.report])}?{query.urlencode()}"

    def _thing_url(self, thing: Thing) -> str:
        app_label, model = thing.model.split(".")
        if not self.user.has_perm(f"{app_label}.view_{model}"):  # type: ignore[union-attr]
            return ""
        try:
            return reverse(f"admin:{app_label}_{model}_change", args=[thing.pk])
        except NoReverseMatch:
            return ""


def show_page(report: Report, scope: Scope, *, number: int, linker: Linker) -> tuple[Page, list[Row]]:
    columns = report.columns_for(scope)
    rows, has_more = read_rows(report, scope, number=number)
    is_last = number >= MOST_SHOWN // PER_PAGE
    page = Page(
        rows=[_cells(report, scope, columns, row, linker) for row in rows],
        totals=_totals(report, scope, columns, linker) if rows else [],
        number=number,
        has_next=has_more and not is_last,
        is_cut=has_more and is_last,
    )
    return page, rows


def _totals(report: Report, scope: Scope, columns: Sequence[Column], linker: Linker) -> list[Cell]:
    return [
        Cell(
            text=_total_text(value, column),
            is_number=column.is_number,
            url=linker.url(report.behind_total(scope, column))
            if column.is_number and has_rows(value, column)
            else "",
        )
        for value, column in zip(report.totals(scope) or (), columns, strict=False)
    ]


def _cells(report: Report, scope: Scope, columns: Sequence[Column], row: Row, linker: Linker) -> list[Cell]:
    return [
        Cell(
            text=_text(value, column),
            is_number=column.is_number,
            url=linker.url(report.behind(scope, column, row)) if has_rows(value, column) else "",
            heat=_heat(value) if column.is_heat else 0,
            is_prose=column.is_prose,
        )
        for value, column in zip(row, columns, strict=True)
    ]


def has_rows(value: Value | Measure, column: Column) -> bool:
    """What nobody knows has none, and a count of nothing."""
    if isinstance(value, Measure):
        return value.value is not None and (value.unit != Unit.COUNT or value.value != 0)
    return value is not None and (column.unit != Unit.COUNT or value != 0)


def _text(value: Value | Measure, column: Column) -> str:
    if value is None and column.unknown:
        return str(column.unknown)
    if column.unit == Unit.PHONE and value is not None:
        return mask_phone(str(value))
    # A young cell of a heat map is not there yet: a dash in each would hide the shape.
    is_blank = value is None and column.is_heat
    return "" if is_blank else value_text(value, column.unit)


def _total_text(value: Value | Measure, column: Column) -> str:
    return value_text(value, column.unit) if value is not None else ""


def _heat(value: Value | Measure) -> int:
    """A quarter of the whole is a step."""
    return min(HEAT_STEPS, value // 2_500 + 1) if isinstance(value, int) and value > 0 else 0
