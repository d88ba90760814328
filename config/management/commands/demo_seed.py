"""`manage.py demo_seed`: the demo's data, made once; `manage.py demo` runs it."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinics import clock
from loyalty.demo.seed import seed


class Command(BaseCommand):
    help = "Makes up the demo's patients and receipts in an empty database of the demo."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--patients", type=int, default=2000)

    def handle(self, *args: Any, patients: int, **options: Any) -> None:
        if not settings.DEMO_CLOCK:
            raise CommandError("Only the demo's own database takes made-up data. Start it with: manage.py demo")
        seed(patients=patients, at=clock.now(), show_progress=True)
