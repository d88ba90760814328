"""Imports a file of patients: a preview that writes nothing, and the import itself.

The import may be repeated and may be killed at any moment: a batch is one transaction, and what a batch has
written is recognised by its keys, so that the next run changes nothing there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from clinics import audit, fail_points
from clinics.calendar import local_date
from loyalty.imports.faults import RowFault
from loyalty.imports.patient_plan import ImportScope, PlannedPatient, SeenInFile, plan_patients
from loyalty.imports.patient_rows import COLUMNS, PatientRow, read_patient
from loyalty.imports.patient_writing import write_patients
from loyalty.imports.row_attributes import read_known_codes
from loyalty.imports.table_file import Row, read_table
from loyalty.rules.compiled import CompiledProgram

BATCH_ROWS = 500
# Somebody may register the same phone at the desk while a batch is being written: then it is planned anew.
ATTEMPTS = 3
LOCK = "select pg_advisory_xact_lock(hashtext('loyalty.imports'), hashtext(%s))"


@dataclass(slots=True)
class PatientCounts:
    """Rows of the file by what happens to them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def written(self) -> int:
        return self.created + self.updated


@dataclass(slots=True)
class _Batch:
    rows: int
    plans: list[PlannedPatient] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    def count_into(self, counts: PatientCounts) -> None:
        counts.read += self.rows
        counts.refused += len({fault.row for fault in self.faults})
        for plan in self.plans:
            if plan.patient is None:
                counts.created += 1
            elif plan.changes_something:
                counts.updated += 1
            else:
                counts.unchanged += 1


def count_rows(path: Path) -> int:
    """Reads the file to its end: a file that is broken half-way is refused before anything is written.

    Raises FileRefused."""
    return sum(1 for _row in read_table(path, COLUMNS))


def preview_patients(
    path: Path, *, scope: ImportScope, on_fault: Callable[[RowFault], None], on_rows: Callable[[int], None]
) -> PatientCounts:
    """What the import would do; writes nothing. `on_rows` hears of every batch. Raises FileRefused."""
    counts, seen = PatientCounts(), SeenInFile()
    for rows in _batches(path):
        batch = _plan_batch(rows, scope=scope, seen=seen)
        _report(batch, counts=counts, on_fault=on_fault, on_rows=on_rows)
    return counts


def import_patients(
    path: Path,
    *,
    scope: ImportScope,
    program: CompiledProgram,
    version_id: int,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
) -> PatientCounts:
    """Write the good rows, a batch per transaction, and report the others. Raises FileRefused.

    Imports of one source go one after another (advisory lock); accounts are locked in id order.
    """
    counts, seen = PatientCounts(), SeenInFile()
    for rows in _batches(path):
        batch = _write_batch(rows, scope=scope, seen=seen, program=program, version_id=version_id)
        _report(batch, counts=counts, on_fault=on_fault, on_rows=on_rows)
        fail_points.reached("imports.patients.after_batch")
    audit.record(
        code="patients.imported",
        at=scope.at,
        actor=None,
        clinic=scope.clinic,
        details={
            "source": scope.source, "created": counts.created, "updated": counts.updated,
            "unchanged": counts.unchanged, "refused": counts.refused,
        },
    )  # fmt: skip
    return counts


def _batches(path: Path) -> Iterator[list[Row]]:
    table = read_table(path, COLUMNS)
    while rows := list(islice(table, BATCH_ROWS)):
        yield rows


def _plan_batch(rows: Sequence[Row], *, scope: ImportScope, seen: SeenInFile) -> _Batch:
    today = local_date(scope.at, scope.clinic.tz)
    batch = _Batch(rows=len(rows))
    good: list[PatientRow] = []
    known = read_known_codes()
    for row in rows:
        patient = read_patient(row, today=today, known=known)
        if isinstance(patient, PatientRow):
            good.append(patient)
        else:
            batch.faults.extend(patient)
    for answer in plan_patients(good, scope=scope, seen=seen):
        if isinstance(answer, PlannedPatient):
            batch.plans.append(answer)
        else:
            batch.faults.append(answer)
    batch.faults.sort(key=lambda fault: fault.row)
    return batch


def _write_batch(
    rows: Sequence[Row], *, scope: ImportScope, seen: SeenInFile, program: CompiledProgram, version_id: int
) -> _Batch:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(LOCK, [scope.source])
                batch = _plan_batch(rows, scope=scope, seen=seen)
                changing = [plan for plan in batch.plans if plan.changes_something]
                write_patients(changing, scope=scope, program=program, version_id=version_id)
                fail_points.reached("imports.patients.in_batch")
            return batch
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _report(
    batch: _Batch,
    *,
    counts: PatientCounts,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
) -> None:
    batch.count_into(counts)
    for fault in batch.faults:
        on_fault(fault)
    on_rows(batch.rows)
