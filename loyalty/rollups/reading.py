"""Points of many months in one query: rollups for what is counted, the ledger for what came after.

Of chosen patients the ledger alone knows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

SQL = Path(__file__).parent / "sql"
POINTS_BY_MONTH = (SQL / "points_by_month.sql").read_text()
PATIENTS_POINTS_BY_MONTH = (SQL / "patients_points_by_month.sql").read_text()


@dataclass(frozen=True, slots=True)
class Moved:
    """Points in and out by one kind of operations; out is not above 0."""

    credit: int = 0
    debit: int = 0


def points_by_month(*, clinic_ids: Sequence[int], first: date, last: date) -> dict[date, dict[str, Moved]]:
    """By the month's first day and the kind of operation; months without any are missing. One query."""
    return _months(POINTS_BY_MONTH, {"clinics": list(clinic_ids), "first": first, "last": last})


def patients_points_by_month(
    patient_ids: Sequence[int], *, clinic_ids: Sequence[int], first: date, last: date
) -> dict[date, dict[str, Moved]]:
    """The same of those of the patients whose home clinic is among the clinics; reads all their entries."""
    asked = {"patients": list(patient_ids), "clinics": list(clinic_ids), "first": first, "last": last}
    return _months(PATIENTS_POINTS_BY_MONTH, asked)


def _months(query: str, asked: dict[str, Any]) -> dict[date, dict[str, Moved]]:
    months: dict[date, dict[str, Moved]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        for month, kind, credit, debit in cursor.fetchall():
            months[month][kind] = Moved(credit, debit)
    return dict(months)
