"""What is open and what has burnt: reads of lots and allocations, as of any day. Reads no clock."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from loyalty.reports.columns import rate_bp
from loyalty.reports.scope import Scope
from loyalty.rollups.open_reading import OpenPoints, open_points_on

SQL_FOLDER = Path(__file__).parent / "sql"
BREAKAGE = (SQL_FOLDER / "breakage.sql").read_text()


@dataclass(frozen=True, slots=True)
class Cohort:
    """Points issued in one month."""

    month: date
    issued: int
    burnt: int
    open: int

    @property
    def is_mature(self) -> bool:
        """Nothing of it is open: what has burnt is all that ever will."""
        return self.open == 0


def open_points(scope: Scope) -> list[OpenPoints]:
    """At the end of the scope's last day, by the month in which they burn."""
    return open_points_on(scope.days.last, clinics=scope.clinics)


def cohorts(scope: Scope) -> list[Cohort]:
    """By the month of issue, as they are now."""
    asked: dict[str, Any] = {"clinics": scope.clinic_ids, "zones": [clinic.timezone for clinic in scope.clinics]}
    with connection.cursor() as cursor:
        cursor.execute(BREAKAGE, asked)
        return [Cohort(*row) for row in cursor.fetchall()]


def breakage_bp(found: list[Cohort]) -> int | None:
    """The share of issued points that burnt, over mature cohorts only; None while there is none."""
    mature = [cohort for cohort in found if cohort.is_mature]
    return rate_bp(sum(one.burnt for one in mature), sum(one.issued for one in mature))
