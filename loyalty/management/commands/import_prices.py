"""manage.py import_prices FILE: services, categories and prices."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from clinics import clock
from clinics.models import Service
from loyalty.imports.count_texts import done_text, preview_text
from loyalty.imports.faults import FileRefused
from loyalty.imports.price_import import import_prices, preview_prices
from loyalty.imports.texts import refusal_of
from loyalty.management.import_console import add_file_arguments, fault_log, refuse_same_file


class Command(BaseCommand):
    help = "Imports a price list from a csv or xlsx file (docs/import.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_file_arguments(parser)
        parser.add_argument(
            "--new-categories", action="store_true", help="create categories that are not known; else an error"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        refuse_same_file(file=options["file"], errors=options["errors"])
        try:
            with fault_log(self.stderr, options["errors"]) as log:
                told: dict[str, Any] = {
                    "creates_categories": options["new_categories"],
                    "on_fault": log.write,
                    "on_absent": self._tell_absent,
                }
                if options["dry_run"]:
                    text = preview_text(preview_prices(options["file"], **told))
                else:
                    counts = import_prices(options["file"], at=clock.now(), **told)
                    text = done_text(counts, seconds=time.monotonic() - started)
        except FileRefused as refused:
            raise CommandError(refusal_of(refused)) from refused
        self.stdout.write(text)

    def _tell_absent(self, service: Service) -> None:
        self.stdout.write(_("Not in the file: %(code)s, %(name)s") % {"code": service.code, "name": service.name})
