"""Open points by the month they burn, day by day: stored every night, repaired on demand, proved by a replay.

Every day is kept: a clinic has some twenty months in which points burn, so a year is some 7 000 short rows, and
any day that is asked about is read as it stands. Days are counted back from the lots as they are now, never from
the day before: counting twice changes nothing. Reads no clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Min

from clinics.calendar import end_of_day, local_date
from clinics.models import Clinic
from loyalty.models import OpenPointsDay, Operation, RollupMark

SQL_FOLDER = Path(__file__).parent / "sql"
OPEN_DAYS, FIRST_WAITING_DAY, CHECK_OPEN_DAYS = (
    (SQL_FOLDER / f"{name}.sql").read_text() for name in ("open_days", "first_waiting_day", "check_open_days")
)
STORE = """
    insert into loyalty_openpointsday (clinic_id, day, kind, month, points)
    select clinic_id, day, kind, month, points from open"""
# No operation is later.
NOW = 2**63 - 1


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """Open points of a day that the rollup tells otherwise than the ledger; by month unless they roll."""

    clinic: Clinic
    day: date
    kind: str
    month: date | None
    stored: int
    proved: int


def count_open_days(
    *, clinic: Clinic, mark: RollupMark, changed: Sequence[date], through: int, at: datetime
) -> None:
    """Store the days since the last one stored, and anew all since the first that operations up to `through` have
    changed. Call in the transaction that moves the locked mark, before it moves."""
    yesterday = local_date(at, clinic.tz) - timedelta(days=1)
    starts = [*changed, mark.open_through + timedelta(days=1) if mark.open_through else first_day(clinic)]
    asked: dict[str, Any] = {
        "clinic": clinic.pk,
        "zone": clinic.timezone,
        "after": mark.looked_again_from,
        "through": through,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIRST_WAITING_DAY, asked)
        starts += [day for (day,) in cursor.fetchall()]
    first = min((day for day in starts if day is not None), default=None)
    if first is not None:
        store_open_days(clinic=clinic, first=first, last=yesterday, through=through)
    RollupMark.objects.filter(pk=mark.pk).update(open_through=yesterday)


def store_open_days(*, clinic: Clinic, first: date, last: date, through: int) -> None:
    """Count the days anew, whatever was stored. Reads open lots, and the operations since the first day."""
    if last < first:
        return
    OpenPointsDay.objects.filter(clinic=clinic, day__gte=first, day__lte=last).delete()
    with connection.cursor() as cursor:
        cursor.execute(OPEN_DAYS + STORE, asked_of([clinic], first=first, last=last, through=through))


def open_differences(*, clinic: Clinic, first: date, last: date) -> Iterator[OpenDifference]:
    """Where stored days and the replay disagree: days that are stored, operations that are counted.

    Points that roll are proved in total: their month is what was known of the account in the night of the day.
    """
    mark = RollupMark.objects.filter(clinic=clinic, open_through__isnull=False).first()
    if mark is None or mark.open_through is None or mark.open_through < first:
        return
    asked = asked_of([clinic], first=first, last=min(last, mark.open_through), through=mark.operation_id)
    with connection.cursor() as cursor:
        cursor.execute(OPEN_DAYS + CHECK_OPEN_DAYS, asked)
        for day, kind, month, stored, proved in cursor.fetchall():
            yield OpenDifference(clinic, day, kind, month, int(stored), int(proved))


def first_day(clinic: Clinic) -> date | None:
    """Of the ledger, in the clinic's calendar; None before the first operation."""
    oldest = Operation.objects.aggregate(first=Min("effective_at"))["first"]
    return None if oldest is None else local_date(oldest, clinic.tz)


def asked_of(
    clinics: Sequence[Clinic],
    *,
    first: date,
    last: date,
    through: int = NOW,
    patient_ids: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Parameters of OPEN_DAYS; None is everybody."""
    starts = [end_of_day(first - timedelta(days=1), clinic.tz) for clinic in clinics]
    return {
        "clinics": [clinic.pk for clinic in clinics],
        "zones": [clinic.timezone for clinic in clinics],
        "starts": starts,
        "earliest": min(starts),
        "first": first,
        "last": last,
        "through": through,
        "patients": patient_ids,
    }
