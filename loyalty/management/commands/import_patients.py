"""manage.py import_patients FILE --clinic CODE --source SLUG: patients of a previous system."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.imports.count_texts import done_text, preview_text
from loyalty.imports.faults import FileRefused
from loyalty.imports.patient_import import count_rows, import_patients, preview_patients
from loyalty.imports.patient_plan import ImportScope
from loyalty.imports.texts import refusal_of
from loyalty.management.import_console import (
    add_import_arguments,
    clinic_of,
    fault_log,
    progress_bar,
    refuse_same_file,
    source_of,
    version_of,
)
from loyalty.models import ProgramVersion
from loyalty.program.versions import NoProgram, compiled_version, current_version


class Command(BaseCommand):
    help = "Imports patients with their opening balances from a csv or xlsx file (docs/import.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)
        parser.add_argument("--program", type=int, help="number of the program version; default: the one in force")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        refuse_same_file(file=options["file"], errors=options["errors"])
        at = clock.now()
        scope = ImportScope(source=source_of(options["source"]), clinic=clinic_of(options["clinic"]), at=at)
        version = self._version(options["program"], scope)
        try:
            total = count_rows(options["file"])
            with fault_log(self.stderr, options["errors"]) as log, progress_bar(total) as bar:
                if options["dry_run"]:
                    counts = preview_patients(options["file"], scope=scope, on_fault=log.write, on_rows=bar.update)
                else:
                    counts = import_patients(
                        options["file"],
                        scope=scope,
                        program=compiled_version(version),
                        version_id=version.pk,
                        on_fault=log.write,
                        on_rows=bar.update,
                    )
        except FileRefused as refused:
            raise CommandError(refusal_of(refused)) from refused
        seconds = time.monotonic() - started
        self.stdout.write(preview_text(counts) if options["dry_run"] else done_text(counts, seconds=seconds))

    def _version(self, number: int | None, scope: ImportScope) -> ProgramVersion:
        if number is not None:
            return version_of(number)
        try:
            return current_version(at=scope.at)
        except NoProgram:
            raise CommandError(
                _("No program is in force yet: publish one, or name a version by --program.")
            ) from None
