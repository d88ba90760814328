"""manage.py import_receipts FILE --clinic CODE --source SLUG --program N: receipts of a previous system."""

import time
from argparse import ArgumentParser
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from clinics import clock
from clinics.calendar import end_of_day
from clinics.models import Clinic
from loyalty.imports.count_texts import done_text, preview_text
from loyalty.imports.faults import FileRefused
from loyalty.imports.receipt_import import ReplayScope, import_receipts, preview_receipts
from loyalty.imports.receipt_rows import COLUMNS, ReceiptFile, ReceiptScope, read_receipts
from loyalty.imports.table_file import read_table
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
from loyalty.program.versions import RunningProgram, compiled_version


class Command(BaseCommand):
    help = "Replays receipts of a csv or xlsx file through a program version (docs/import.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)
        parser.add_argument("--program", type=int, required=True, help="number of the published program version")
        parser.add_argument("--unit-roubles", default="1", help="roubles in one unit of the column amount")
        parser.add_argument(
            "--as-of", help="day (2026-11-22) up to whose end points burn; default: the present moment"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        refuse_same_file(file=options["file"], errors=options["errors"])
        scope = self._scope(options)
        try:
            file = self._read(options, scope)
        except FileRefused as refused:
            raise CommandError(refusal_of(refused)) from refused
        total = sum(len(receipt.rows) for own in file.by_customer.values() for receipt in own)
        with fault_log(self.stderr, options["errors"]) as log, progress_bar(total) as bar:
            if options["dry_run"]:
                counts = preview_receipts(file, source=scope.source, on_fault=log.write, on_rows=bar.update)
            else:
                counts = import_receipts(file, scope=scope, on_fault=log.write, on_rows=bar.update)
        seconds = time.monotonic() - started
        self.stdout.write(preview_text(counts) if options["dry_run"] else done_text(counts, seconds=seconds))

    def _scope(self, options: dict[str, Any]) -> ReplayScope:
        at = clock.now()
        clinic = clinic_of(options["clinic"])
        version = version_of(options["program"])
        return ReplayScope(
            source=source_of(options["source"]),
            clinic=clinic,
            running=RunningProgram(version.pk, version.number, compiled_version(version)),
            until=_until(options["as_of"], clinic=clinic, at=at),
            at=at,
        )

    def _read(self, options: dict[str, Any], scope: ReplayScope) -> ReceiptFile:
        reading = ReceiptScope(tz=scope.clinic.tz, until=scope.until, unit_roubles=_unit(options["unit_roubles"]))
        return read_receipts(read_table(options["file"], COLUMNS), scope=reading)


def _until(day: str | None, *, clinic: Clinic, at: datetime) -> datetime:
    if day is None:
        return at
    try:
        until = end_of_day(date.fromisoformat(day), clinic.tz)
    except ValueError:
        raise CommandError(_("--as-of is a day like 2026-11-22.")) from None
    # What has not come yet can't have burnt.
    return min(until, at)


def _unit(text: str) -> Decimal:
    try:
        unit = Decimal(text)
    except InvalidOperation:
        unit = Decimal(0)
    if not unit.is_finite() or unit <= 0:
        raise CommandError(_("--unit-roubles is a number above zero."))
    return unit
