"""The tables of the dashboard's charts: they come along with the file of its numbers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from loyalty.reports.columns import Unit
from loyalty.reports.figure_cells import days_filters
from loyalty.reports.files.building import FileKind
from loyalty.reports.files.question import Question, question_of
from loyalty.reports.filters import NoClinics
from loyalty.reports.registry import reports_for
from loyalty.reports.report import Report
from loyalty.reports.scope import Days


def questions_of_file(
    question: Question,
    *,
    kind: FileKind,
    user: AbstractBaseUser | AnonymousUser,
    typed: Mapping[str, Any],
    at: datetime,
) -> list[Question]:
    """What a file of the question answers: with the summary all tables of charts that the person may see. Csv has
    one table."""
    if not question.report.is_summary or kind != FileKind.XLSX:
        return [question]
    shown = [report for report in reports_for(user) if report.on_dashboard]
    page: dict[str, Any] = {"clinic": typed.get("clinic", ""), "days": question.scope.days}
    companions = [question_on_dashboard(report, user=user, at=at, **page) for report in shown]
    return [question, *(one for one in companions if one is not None)]


def asked_on_dashboard(report: Report, *, clinic: str, days: Days) -> dict[str, str]:
    """What a report on the dashboard is asked: by months it keeps its own usual days, since one month is no line;
    told otherwise it follows the days of the page."""
    chosen = {"clinic": clinic} if clinic else {}
    return chosen if report.columns[0].unit is Unit.MONTH else chosen | days_filters(days)


def question_on_dashboard(
    report: Report, *, user: AbstractBaseUser | AnonymousUser, clinic: str, days: Days, at: datetime
) -> Question | None:
    """As the dashboard shows a report. None where the person works in no clinic of which the report may speak."""
    asked = asked_on_dashboard(report, clinic=clinic, days=days)
    try:
        filters = report.filters(asked, user=user, permissions=report.permissions, at=at)
    except NoClinics:
        return None
    return question_of(report, filters) if filters.is_valid() else None
