"""What a file answers: reports with their scopes, and the words that say so on its own sheet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from clinics.calendar import end_of_period
from loyalty.program.versions import version_at
from loyalty.reports.columns import Column, Measure, Row, Unit, Value
from loyalty.reports.filters import ReportFilters
from loyalty.reports.report import Report
from loyalty.reports.scope import Scope, clinic_names
from patients.phone import mask_phone

NOT_ASCII = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Question:
    """One report as a file tells it. Without the right to personal data names are left out, phones masked."""

    report: Report
    scope: Scope
    filters: tuple[tuple[str, str], ...] = ()  # what was chosen, in words
    has_personal_data: bool = False

    def columns(self) -> list[Column]:
        return [column for column in self.report.columns_for(self.scope) if self._is_told(column)]

    def rows(self) -> Iterator[Row]:
        columns = self.report.columns_for(self.scope)
        if self.has_personal_data or not any(column.is_personal for column in columns):
            yield from self.report.rows(self.scope)
            return
        told = [(index, column) for index, column in enumerate(columns) if self._is_told(column)]
        for row in self.report.rows(self.scope):
            yield [_masked(row[index]) if column.unit == Unit.PHONE else row[index] for index, column in told]

    def totals(self) -> Row | None:
        totals = self.report.totals(self.scope)
        columns = self.report.columns_for(self.scope)
        if totals is None:
            return None
        return [value for value, column in zip(totals, columns, strict=True) if self._is_told(column)]

    def _is_told(self, column: Column) -> bool:
        return self.has_personal_data or not column.is_personal or column.unit == Unit.PHONE


def question_of(report: Report, filters: ReportFilters) -> Question:
    """Of valid filters."""
    return Question(report=report, scope=filters.scope(), filters=tuple(filters.words()))


def with_personal_data(question: Question) -> Question:
    return replace(question, has_personal_data=True)


def parameters_of(question: Question, *, asked_by: str) -> list[tuple[str, Value]]:
    """Name and value; moments are by the network's clock."""
    scope = question.scope
    version = version_at(scope.at)
    compared = scope.compared
    pairs: list[tuple[str, Value]] = [
        (_("Report"), str(question.report.title)),
        (_("From"), scope.days.first),
        (_("To, inclusive"), scope.days.last),
        (_("Compared with, from"), compared.first if compared else None),
        (_("Compared with, to"), compared.last if compared else None),
        (_("Clinics"), clinic_names(scope.clinics)),
        *((name, text) for name, text in question.filters),
        (_("Time zone"), ", ".join(sorted({clinic.timezone for clinic in scope.clinics}))),
        (_("Program version"), f"{version.number}. {version.title}" if version is not None else None),
        (_("Made at"), scope.at.astimezone(ZoneInfo(settings.TIME_ZONE))),
        (_("Made by"), asked_by),
    ]
    return [pair for pair in pairs if pair[1] is not None]


def definitions_of(question: Question) -> list[tuple[str, str]]:
    told = [(_("Report"), str(question.report.lead))] if question.report.lead else []
    return told + [(str(one.title), one.explanation) for one in question.columns() if one.explanation]


def file_name(question: Question, *, extension: str, is_summary: bool = False) -> str:
    """`loyalty_2026-11_all.xlsx` for the summary, with the report's code otherwise. Latin letters only."""
    scope = question.scope
    days = scope.days
    if days.first.day == 1 and days.last <= end_of_period(days.first, "month"):
        period = f"{days.first:%Y-%m}"
    else:
        period = f"{days.first:%Y-%m-%d}_{days.last:%Y-%m-%d}"
    is_one = len(scope.clinics) == 1
    place = NOT_ASCII.sub("-", scope.clinics[0].code.lower()) if is_one and _is_chosen(question) else "all"
    suffix = "" if is_summary else f"_{question.report.code}"
    return f"loyalty_{period}_{place}{suffix}.{extension}"


def chart_columns(columns: Sequence[Column], codes: Sequence[str]) -> list[int]:
    by_code = {column.code: index for index, column in enumerate(columns)}
    return [by_code[code] for code in codes if code in by_code]


def _is_chosen(question: Question) -> bool:
    return any(name == str(ReportFilters.base_filters["clinic"].label) for name, _text in question.filters)


def _masked(phone: Value | Measure) -> str | None:
    return mask_phone(phone) if isinstance(phone, str) else None
