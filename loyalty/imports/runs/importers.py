"""What is done with a file of each kind: the very functions of the commands, told where to report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from clinics.models import Service
from clinics.money import to_kopecks
from clinics.number_texts import money_text
from loyalty.imports import patient_import, price_import, price_rows, receipt_import, receipt_rows
from loyalty.imports.columns import Column
from loyalty.imports.faults import RowFault
from loyalty.imports.listening import InBatch, OnOutcome
from loyalty.imports.patient_plan import ImportScope
from loyalty.imports.patient_rows import COLUMNS as PATIENT_COLUMNS
from loyalty.imports.receipt_import import ReplayScope
from loyalty.imports.receipt_rows import ReceiptFile, ReceiptScope, read_receipts
from loyalty.imports.stored_file import Openable
from loyalty.imports.table_file import read_table
from loyalty.models import ImportRun
from loyalty.program.versions import RunningProgram, compiled_version


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of an import while it goes on."""

    on_fault: Callable[[RowFault], None]
    on_rows: Callable[[int], None]
    on_outcome: OnOutcome
    on_absent: Callable[[dict[str, str]], None]  # texts by column
    in_batch: InBatch


class Importer(Protocol):
    """Counts are a dataclass of numbers. Every method may raise FileRefused."""

    @property
    def columns(self) -> Sequence[Column]: ...

    def open(self) -> int:
        """Read the file to its end, so that a broken one is refused at once; how many rows will be told of."""

    def preview(self, listener: Listener) -> Any:
        """What would be written."""

    def write(self, listener: Listener) -> Any:
        """Write it; the counts of the file itself, those of the batches are told to `in_batch`."""

    def record(self, counts: Any) -> None:
        """Tell the audit."""


def importer_of(run: ImportRun, file: Openable, *, at: datetime) -> Importer:
    """`at` is the moment of the preview or of the writing."""
    actor = run.confirmed_by
    if run.clinic is None or run.program_version is None:
        return _Prices(run, file, at)
    version = run.program_version
    running = RunningProgram(version.pk, version.number, compiled_version(version))
    if run.kind == ImportRun.Kind.PATIENTS:
        return _Patients(run, file, ImportScope(source=run.source, clinic=run.clinic, at=at, actor=actor), running)
    return _Receipts(
        run,
        file,
        ReplayScope(source=run.source, clinic=run.clinic, running=running, until=at, at=at, actor=actor),
    )


@dataclass(slots=True)
class _Patients:
    run: ImportRun
    file: Openable
    scope: ImportScope
    running: RunningProgram
    columns = PATIENT_COLUMNS

    def open(self) -> int:
        return patient_import.count_rows(self.file)

    def preview(self, listener: Listener) -> patient_import.PatientCounts:
        return patient_import.preview_patients(
            self.file,
            scope=self.scope,
            on_fault=listener.on_fault,
            on_rows=listener.on_rows,
            on_outcome=listener.on_outcome,
        )

    def write(self, listener: Listener) -> patient_import.PatientCounts:
        patient_import.write_file(
            self.file,
            scope=self.scope,
            program=self.running.program,
            version_id=self.running.version_id,
            on_fault=listener.on_fault,
            on_rows=listener.on_rows,
            in_batch=listener.in_batch,
        )
        return patient_import.PatientCounts()

    def record(self, counts: patient_import.PatientCounts) -> None:
        patient_import.record_import(counts, scope=self.scope, target=self.run)


@dataclass(slots=True)
class _Receipts:
    run: ImportRun
    file: Openable
    scope: ReplayScope
    read: ReceiptFile | None = None
    columns = receipt_rows.COLUMNS

    def open(self) -> int:
        reading = ReceiptScope(tz=self.scope.clinic.tz, until=self.scope.until)
        self.read = read_receipts(read_table(self.file, self.columns), scope=reading)
        return sum(len(receipt.rows) for own in self.read.by_customer.values() for receipt in own)

    def preview(self, listener: Listener) -> receipt_import.ReceiptCounts:
        return receipt_import.preview_receipts(
            self._opened,
            source=self.scope.source,
            on_fault=listener.on_fault,
            on_rows=listener.on_rows,
            on_outcome=listener.on_outcome,
        )

    def write(self, listener: Listener) -> receipt_import.ReceiptCounts:
        receipt_import.write_receipts(
            self._opened,
            scope=self.scope,
            on_fault=listener.on_fault,
            on_rows=listener.on_rows,
            in_batch=listener.in_batch,
        )
        return receipt_import.counts_of_file(self._opened)

    def record(self, counts: receipt_import.ReceiptCounts) -> None:
        receipt_import.record_import(counts, scope=self.scope, target=self.run)

    @property
    def _opened(self) -> ReceiptFile:
        assert self.read is not None  # noqa: S101  # opened before anything else
        return self.read


@dataclass(slots=True)
class _Prices:
    run: ImportRun
    file: Openable
    at: datetime
    columns = price_rows.COLUMNS

    def open(self) -> int:
        return sum(1 for _row in read_table(self.file, self.columns))

    def preview(self, listener: Listener) -> price_import.PriceCounts:
        return price_import.preview_prices(
            self.file,
            creates_categories=self.run.creates_categories,
            on_fault=listener.on_fault,
            on_outcome=listener.on_outcome,
            on_absent=lambda service: listener.on_absent(_texts_of(service)),
        )

    def write(self, listener: Listener) -> price_import.PriceCounts:
        price_import.write_prices(
            self.file,
            creates_categories=self.run.creates_categories,
            on_fault=listener.on_fault,
            in_batch=listener.in_batch,
        )
        return price_import.PriceCounts()

    def record(self, counts: price_import.PriceCounts) -> None:
        price_import.record_import(counts, at=self.at, actor=self.run.confirmed_by, target=self.run)


def _texts_of(service: Service) -> dict[str, str]:
    return {
        "code": service.code,
        "name": service.name,
        "category": service.category.name,
        "price": money_text(to_kopecks(service.price)),
    }
