"""`manage.py nightly`: do every clinic's night by hand, now or as of a given moment."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from clinics import clock
from clinics.models import Clinic
from loyalty.models import NightlyRun
from loyalty.nightly.night import NightFailed, night_of, repeat_nights


class Command(BaseCommand):
    help = "Pending points become available, tiers, burning, reminders. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", type=_moment, help="moment with its zone, for example 2026-11-27T03:10+03:00")

    def handle(self, *args: Any, **options: Any) -> None:
        at = options["at"] or clock.now()
        try:
            repeat_nights(at=at)
        except NightFailed as error:
            text = _("The night broke off in: %(clinics)s. The log says why; run it again.")
            raise CommandError(text % {"clinics": error}) from error
        for clinic in Clinic.objects.order_by("id"):
            for run in NightlyRun.objects.filter(clinic=clinic, day=night_of(at, clinic.tz)).order_by("id"):
                done = f"accounts {run.accounts}, points {run.points}"
                self.stdout.write(f"{clinic.code} {run.day} {run.step}: {done}")


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ValueError(text)
    return moment
