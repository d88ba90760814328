"""The tables of the dashboard's charts: they come along with the file of its numbers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from loyalty.reports.files.building import FileKind
from loyalty.reports.files.question import Question, question_of
from loyalty.reports.filters import NoClinics
from loyalty.reports.registry import reports_for


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
    clinic = {"clinic": typed.get("clinic", "")}
    found = [question]
    for report in reports_for(user):
        if report.on_dashboard:
            try:
                filters = report.filters(clinic, user=user, permissions=report.permissions, at=at)
            except NoClinics:
                continue
            if filters.is_valid():
                found.append(question_of(report, filters))
    return found
