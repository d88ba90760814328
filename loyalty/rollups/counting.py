"""Keeps the rollups of a clinic: every night what has changed, any day on demand. Reads no clock.

An operation's day is that of its effective moment, so an import of the past or a late correction changes days long
gone: the mark tells which operations are counted, and what came after it says which days to count anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from clinics.calendar import end_of_day
from clinics.models import Clinic
from loyalty.models import MovedPatient, NightlyRun, Operation, RollupMark
from loyalty.rollups.cohort_days import count_cohort_days, store_cohort_days
from loyalty.rollups.open_days import count_open_days, store_open_days
from loyalty.rollups.slices import slices_of

SQL_FOLDER = Path(__file__).parent / "sql"
CHANGED_DAYS, REFRESH_DAYS, CHECK_DAYS = (
    (SQL_FOLDER / f"{name}.sql").read_text() for name in ("changed_days", "refresh_days", "check_days")
)
ANALYZE = (
    "analyze loyalty_operation, loyalty_entry, loyalty_account, loyalty_lot, loyalty_allocation, loyalty_receipt,"
    " loyalty_refund, patients_patient"
)
# Operations at which the second night looks again: the first one has counted all there ever were.
RECENT_OPERATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A day and kind on which the rollup is not what the ledger says."""

    clinic: Clinic
    day: date
    kind: str
    stored: int
    proved: int


def count_night(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """The nightly step: count the days that have changed, today's as far as it is. Own transaction."""
    count_changed_days(clinic=clinic, at=at)


def count_changed_days(*, clinic: Clinic, at: datetime) -> list[date]:
    """Count what came since the mark, and the days up to yesterday; move the mark, return the days that changed.
    Own transaction; waits for another's."""
    with transaction.atomic():
        mark = _locked_mark(clinic, at=at)
        if not mark.operation_id:
            analyze_ledger()
        through = Operation.objects.order_by("-id").values_list("id", flat=True).first() or 0
        asked: dict[str, Any] = {
            "clinic": clinic.pk,
            "zone": clinic.timezone,
            "after": mark.looked_again_from,
            "through": through,
            "move": mark.move_id,
        }
        last_move = MovedPatient.objects.order_by("-id").values_list("id", flat=True).first() or 0
        days = [row[0] for row in _read(CHANGED_DAYS, asked)]
        # All of them up to the new mark: a day counted to another mark would be read wrongly.
        _refresh(clinic, days, through=through)
        count_open_days(clinic=clinic, mark=mark, changed=days, through=through, at=at)
        count_cohort_days(
            clinic=clinic, mark=mark, moved=days if last_move > mark.move_id else (), through=through, at=at
        )
        RollupMark.objects.filter(pk=mark.pk).update(
            operation_id=through,
            looked_again_from=mark.operation_id or max(through - RECENT_OPERATIONS, 0),
            move_id=last_move,
            counted_at=at,
        )
    return days


def repair_days(*, clinic: Clinic, days: Sequence[date], at: datetime) -> None:
    """Count the days anew, up to the clinic's mark. Own transaction; waits for another's."""
    with transaction.atomic():
        mark = _locked_mark(clinic, at=at)
        _refresh(clinic, days, through=mark.operation_id)


def repair_open_days(*, clinic: Clinic, first: date, last: date, at: datetime) -> None:
    """Count the open points of the stored days among these anew. Own transaction; waits for another's."""
    with transaction.atomic():
        mark = _locked_mark(clinic, at=at)
        if mark.open_through is not None:
            store_open_days(
                clinic=clinic, first=first, last=min(last, mark.open_through), through=mark.operation_id
            )


def repair_cohort_days(*, clinic: Clinic, days: Sequence[date], at: datetime) -> None:
    """Count the days of the points by month of issue anew. Own transaction; waits for another's."""
    with transaction.atomic():
        mark = _locked_mark(clinic, at=at)
        if mark.has_cohorts:
            store_cohort_days(clinic=clinic, days=days, through=mark.operation_id)


def differences(*, clinic: Clinic, first: date, last: date) -> Iterator[Difference]:
    """Where the clinic's rollup and the ledger disagree. Reads every entry of the days."""
    mark = RollupMark.objects.filter(clinic=clinic).values_list("operation_id", flat=True).first() or 0
    asked: dict[str, Any] = {
        "clinic": clinic.pk,
        "zone": clinic.timezone,
        "through": mark,
        "first": first,
        "last": last,
    }
    for day, kind, stored, proved in _read(CHECK_DAYS, asked):
        yield Difference(clinic, day, kind, int(stored), int(proved))


def analyze_ledger() -> None:
    """Before a ledger is read for the first time: it may have been written a moment ago, and the planner would
    join tables that it takes for empty row by row."""
    with connection.cursor() as cursor:
        cursor.execute(ANALYZE)


def _locked_mark(clinic: Clinic, *, at: datetime) -> RollupMark:
    RollupMark.objects.get_or_create(clinic=clinic, defaults={"counted_at": at})
    return RollupMark.objects.select_for_update().get(clinic=clinic)


def _refresh(clinic: Clinic, days: Sequence[date], *, through: int) -> None:
    with connection.cursor() as cursor:
        for first, last in slices_of(days):
            asked: dict[str, Any] = {
                "clinic": clinic.pk,
                "zone": clinic.timezone,
                "first": first,
                "last": last,
                "starts_at": end_of_day(first - timedelta(days=1), clinic.tz),
                "ends_at": end_of_day(last, clinic.tz),
                "through": through,
            }
            cursor.execute(REFRESH_DAYS, asked)


def _read(query: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        return cursor.fetchall()
