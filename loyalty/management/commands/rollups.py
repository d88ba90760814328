"""`manage.py rollups [--from DAY] [--to DAY] [--check]`: count days of the rollups anew, or prove them."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics import clock
from clinics.calendar import local_date
from clinics.models import Clinic
from loyalty.models import Operation
from loyalty.rollups.cohort_days import cohort_differences
from loyalty.rollups.counting import (
    count_changed_days,
    differences,
    repair_cohort_days,
    repair_days,
    repair_open_days,
)
from loyalty.rollups.open_days import open_differences


class Command(BaseCommand):
    help = "Count the daily rollups of points anew, all days by default; --check proves them and writes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day, 2026-11-01")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day, inclusive")
        parser.add_argument(
            "--check", action="store_true", help="compare with the ledger; exit code 1 if it differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        oldest = Operation.objects.aggregate(first=Min("effective_at"))["first"] or at
        found = 0
        for clinic in Clinic.objects.order_by("id"):
            first = options["first"] or local_date(oldest, clinic.tz)
            last = options["last"] or local_date(at, clinic.tz)
            if last < first:
                raise CommandError(_("The last day is before the first one. Choose a later one."))
            if options["check"]:
                found += self._check(clinic, first, last)
                continue
            days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
            changed = count_changed_days(clinic=clinic, at=at)
            repair_days(clinic=clinic, days=days, at=at)
            repair_open_days(clinic=clinic, first=first, last=last, at=at)
            repair_cohort_days(clinic=clinic, days=days, at=at)
            self.stdout.write(f"{clinic.code}: {len({*days, *changed})}")
        if found:
            text = ngettext(
                "The rollups differ from the ledger in %(count)d place. Run the command without --check.",
                "The rollups differ from the ledger in %(count)d places. Run the command without --check.",
                found,
            )
            raise CommandError(text % {"count": found})
        if options["check"]:
            self.stdout.write(_("The rollups agree with the ledger to the point."))

    def _check(self, clinic: Clinic, first: date, last: date) -> int:
        found = 0
        for line in self._differences(clinic, first, last):
            found += 1
            self.stdout.write(f"{clinic.code} {line}")
        return found

    def _differences(self, clinic: Clinic, first: date, last: date) -> Iterator[str]:
        for one in differences(clinic=clinic, first=first, last=last):
            yield f"{one.day} {one.kind}: {one.stored}, ledger {one.proved}"
        for still in open_differences(clinic=clinic, first=first, last=last):
            yield f"{still.day} open, burn {still.month or still.kind}: {still.stored}, ledger {still.proved}"
        for cohort in cohort_differences(clinic=clinic, first=first, last=last):
            yield f"{cohort.day} issued in {cohort.month:%Y-%m}: {cohort.stored}, ledger {cohort.proved}"
