"""Builds a report's file; who asked and why stays in the audit when people's names or phones are in it."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import IO

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from loyalty.reports.files.csv_file import ROWS_AT_ONCE, csv_parts
from loyalty.reports.files.question import Question
from loyalty.reports.files.xlsx_file import write_xlsx

# More rows than this are written by a worker.
MOST_AT_ONCE = 50_000
KEPT_IN_MEMORY = 2_000_000


class FileKind(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


CONTENT_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv; charset=utf-8",
}


def build_file(
    questions: Sequence[Question],
    *,
    kind: FileKind,
    asked_by: User | None,
    report: Callable[[int], None] = lambda rows: None,
) -> IO[bytes]:
    """An open file at its beginning; csv has the first question only. Own transaction. Raises TooManyRows.

    `report` is told of about every thousand rows.
    """
    stream: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  # the caller's
    person = (asked_by.get_full_name() or asked_by.get_username()) if asked_by is not None else ""
    # One snapshot for rows and totals, and a cursor that lives as long as the writing.
    with transaction.atomic():
        if kind == FileKind.XLSX:
            write_xlsx(stream, questions, asked_by=person, report=report)
        else:
            for number, part in enumerate(csv_parts(questions[0]), start=1):
                stream.write(part)
                report(number * ROWS_AT_ONCE)
    stream.seek(0)
    return stream


def record_export(question: Question, *, kind: FileKind, actor: User, reason: str, at: datetime) -> None:
    """Leave a row in the audit: who took which report, and why if it has names or phones."""
    scope = question.scope
    audit.record(
        code="report.personal_data_exported" if question.has_personal_data else "report.exported",
        at=at,
        actor=actor,
        clinic=scope.clinics[0] if len(scope.clinics) == 1 else None,
        reason=reason,
        details={
            "report": question.report.code,
            "kind": str(kind),
            "first": scope.days.first.isoformat(),
            "last": scope.days.last.isoformat(),
            "clinics": scope.clinic_ids,
        },
    )
