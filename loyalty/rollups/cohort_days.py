"""Points by the month in which they were issued: how many have burnt, how many are open. Kept as the days' rollups
are: counted up to the clinic's mark, each day by itself, and what came after it is read from the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from clinics.calendar import end_of_day, local_date
from clinics.models import Clinic
from loyalty.models import CohortDay, RollupMark
from loyalty.rollups.open_days import NOW, first_day
from loyalty.rollups.slices import slices_of

SQL_FOLDER = Path(__file__).parent / "sql"
COHORT_DAYS, CHECK_COHORT_DAYS = (
    (SQL_FOLDER / f"{name}.sql").read_text() for name in ("cohort_days", "check_cohort_days")
)
STORE = """
    insert into loyalty_cohortday (clinic_id, day, month, issued, burnt, opened)
    select clinic_id, day, month, issued, burnt, opened from counted
     where issued <> 0 or burnt <> 0 or opened <> 0"""
CHANGED = "select distinct day from counted order by day"
READ = """
    select month, sum(issued)::bigint, sum(burnt)::bigint, sum(opened)::bigint
      from (select month, issued, burnt, opened from loyalty_cohortday where clinic_id = any(%(stored)s::bigint[])
            union all
            select month, issued, burnt, opened from counted) one
     group by month having sum(issued) > 0 order by month"""
EVER = (datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))


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


@dataclass(frozen=True, slots=True)
class CohortDifference:
    """A day on which what is stored of the points of a month is not what the ledger says; open points of it."""

    clinic: Clinic
    day: date
    month: date
    stored: int
    proved: int


def read_cohorts(clinics: Sequence[Clinic]) -> list[Cohort]:
    """By the month of issue, as they are now. Two queries."""
    marks = RollupMark.objects.filter(clinic__in=clinics, has_cohorts=True).values_list("clinic", "operation_id")
    after = dict(marks)
    asked = _asked(clinics, afters=[after.get(clinic.pk, 0) for clinic in clinics]) | {"stored": list(after)}
    with connection.cursor() as cursor:
        cursor.execute(COHORT_DAYS + READ, asked)
        return [Cohort(*row) for row in cursor.fetchall()]


def count_cohort_days(
    *, clinic: Clinic, mark: RollupMark, moved: Sequence[date], through: int, at: datetime
) -> None:
    """Count the days that operations up to `through` have changed, with those of patients who have moved; at first
    all days. Call in the transaction that moves the locked mark, before it moves."""
    if mark.has_cohorts:
        with connection.cursor() as cursor:
            cursor.execute(
                COHORT_DAYS + CHANGED, _asked([clinic], afters=[mark.looked_again_from], through=through)
            )
            days = [*moved, *(day for (day,) in cursor.fetchall())]
    else:
        first, last = first_day(clinic), local_date(at, clinic.tz)
        days = [] if first is None else [first + timedelta(days=n) for n in range((last - first).days + 1)]
        RollupMark.objects.filter(pk=mark.pk).update(has_cohorts=True)
    store_cohort_days(clinic=clinic, days=days, through=through)


def store_cohort_days(*, clinic: Clinic, days: Sequence[date], through: int) -> None:
    """Count the days anew, whatever was stored."""
    for first, last in slices_of(days):
        CohortDay.objects.filter(clinic=clinic, day__gte=first, day__lte=last).delete()
        with connection.cursor() as cursor:
            cursor.execute(COHORT_DAYS + STORE, _asked([clinic], first=first, last=last, through=through))


def cohort_differences(*, clinic: Clinic, first: date, last: date) -> Iterator[CohortDifference]:
    """Where stored days and the ledger disagree. Reads every operation of the days."""
    mark = RollupMark.objects.filter(clinic=clinic, has_cohorts=True).first()
    if mark is None:
        return
    asked = _asked([clinic], first=first, last=last, through=mark.operation_id) | {"first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(COHORT_DAYS + CHECK_COHORT_DAYS, asked)
        for day, month, stored, proved in cursor.fetchall():
            yield CohortDifference(clinic, day, month, int(stored), int(proved))


def _asked(
    clinics: Sequence[Clinic],
    *,
    first: date | None = None,
    last: date | None = None,
    afters: Sequence[int] | None = None,
    through: int = NOW,
) -> dict[str, Any]:
    """Of the days, or ever; after each clinic's number, or all."""
    starts = [end_of_day(first - timedelta(days=1), clinic.tz) if first else EVER[0] for clinic in clinics]
    ends = [end_of_day(last, clinic.tz) if last else EVER[1] for clinic in clinics]
    after = afters or [0] * len(clinics)
    return {
        "clinics": [clinic.pk for clinic in clinics],
        "zones": [clinic.timezone for clinic in clinics],
        "starts": starts,
        "ends": ends,
        "afters": list(after),
        "earliest": min(starts),
        "latest": max(ends),
        "after": min(after),
        "through": through,
    }
