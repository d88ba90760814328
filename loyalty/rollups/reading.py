"""Points of many months in one query: rollups for what is counted, the ledger for what came after."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

POINTS_BY_MONTH = (Path(__file__).parent / "sql" / "points_by_month.sql").read_text()


@dataclass(frozen=True, slots=True)
class Moved:
    """Points in and out by one kind of operations; out is not above 0."""

    credit: int = 0
    debit: int = 0


def points_by_month(*, clinic_ids: Sequence[int], first: date, last: date) -> dict[date, dict[str, Moved]]:
    """By the month's first day and the kind of operation; months without any are missing. One query."""
    asked: dict[str, Any] = {"clinics": list(clinic_ids), "first": first, "last": last}
    months: dict[date, dict[str, Moved]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(POINTS_BY_MONTH, asked)
        for month, kind, credit, debit in cursor.fetchall():
            months[month][kind] = Moved(credit, debit)
    return dict(months)
