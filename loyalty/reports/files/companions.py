"""The tables of the dashboard's charts: they come along with the file of its numbers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from loyalty.reports.files.building import FileKind
from loyalty.reports.files.question import Question, question_of
from loyalty.reports.filters import NoClinics
from loyalty.reports.registry import reports_for
from loyalty.reports.report import Report


def questions_of_file(
    question: Question,
    *,
    kind: FileKind,
    user: AbstractBaseUser | AnonymousUser,
    typed: Mapping[str, Any],
    at: datetime,
) -> list[Question]:
    """What a file of the question answers: with the summary all tables of charts that the person may see, of the
    chosen clinic, over their usual days. Csv has one table."""
    if not question.report.is_summary or kind != FileKind.XLSX:
        return [question]
    shown = [report for report in reports_for(user) if report.on_dashboard]
    companions = [question_of_usual_days(report, user=user, typed=typed, at=at) for report in shown]
    return [question, *(one for one in companions if one is not None)]


def question_of_usual_days(
    report: Report, *, user: AbstractBaseUser | AnonymousUser, typed: Mapping[str, Any], at: datetime
) -> Question | None:
    """As the dashboard shows a report: of the chosen clinic, over the report's own usual days. None where the
    person works in no clinic of which the report may speak."""
    clinic = {"clinic": typed.get("clinic", "")}
    try:
        filters = report.filters(clinic, user=user, permissions=report.permissions, at=at)
    except NoClinics:
        return None
    return question_of(report, filters) if filters.is_valid() else None
