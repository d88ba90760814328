"""Imports a file of patients: a preview that writes nothing, and the import itself.

The import may be repeated and may be killed at any moment: a batch is one transaction, and what a batch has
written is recognised by its keys, so that the next run changes nothing there.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from clinics import audit, fail_points
from clinics.calendar import local_date
from loyalty.imports.faults import RowFault
from loyalty.imports.listening import InBatch, OnOutcome, added, ignore
from loyalty.imports.patient_plan import ImportScope, PlannedPatient, SeenInFile, plan_patients
from loyalty.imports.patient_rows import COLUMNS, PatientRow, read_patient
from loyalty.imports.patient_writing import write_patients
from loyalty.imports.row_attributes import read_known_codes
from loyalty.imports.stored_file import Openable
from loyalty.imports.table_file import Row, read_table
from loyalty.models import RowOutcome
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

    def counts(self) -> PatientCounts:
        outcomes = Counter(map(_outcome, self.plans))
        return PatientCounts(
            read=self.rows,
            created=outcomes[RowOutcome.NEW],
            updated=outcomes[RowOutcome.CHANGED],
            unchanged=outcomes[RowOutcome.SAME],
            refused=len({fault.row for fault in self.faults}),
        )


def count_rows(source: Openable) -> int:
    """Reads the file to its end: a file that is broken half-way is refused before anything is written.

    Raises FileRefused."""
    return sum(1 for _row in read_table(source, COLUMNS))


def preview_patients(
    source: Openable,
    *,
    scope: ImportScope,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
    on_outcome: OnOutcome = ignore,
) -> PatientCounts:
    """What the import would do; writes nothing. `on_rows` hears of every batch. Raises FileRefused."""
    counts, seen = PatientCounts(), SeenInFile()
    for rows in _batches(source):
        batch = _plan_batch(rows, scope=scope, seen=seen)
        for plan in batch.plans:
            on_outcome(plan.row.number, _outcome(plan), dict.fromkeys(plan.fields, ""))
        for number in {fault.row for fault in batch.faults}:
            on_outcome(number, RowOutcome.REFUSED, {})
        counts = _report(batch, counts=counts, on_fault=on_fault, on_rows=on_rows)
    return counts


def import_patients(
    source: Openable,
    *,
    scope: ImportScope,
    program: CompiledProgram,
    version_id: int,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
) -> PatientCounts:
    """Write the good rows, report the others, tell the audit. Raises FileRefused."""
    counts = write_file(
        source, scope=scope, program=program, version_id=version_id, on_fault=on_fault, on_rows=on_rows
    )
    record_import(counts, scope=scope)
    return counts


def write_file(
    source: Openable,
    *,
    scope: ImportScope,
    program: CompiledProgram,
    version_id: int,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
    in_batch: InBatch = ignore,
) -> PatientCounts:
    """Write the good rows, a batch per transaction. Raises FileRefused.

    Imports of one source go one after another (advisory lock); accounts are locked in id order.
    """
    counts, seen = PatientCounts(), SeenInFile()
    for rows in _batches(source):
        batch = _write_batch(
            rows, scope=scope, seen=seen, program=program, version_id=version_id, in_batch=in_batch
        )
        counts = _report(batch, counts=counts, on_fault=on_fault, on_rows=on_rows)
        fail_points.reached("imports.patients.after_batch")
    return counts


def record_import(counts: PatientCounts, *, scope: ImportScope, target: Model | None = None) -> None:
    """Tell the audit who has imported what; `target` is what was asked for in the admin."""
    audit.record(
        code="patients.imported",
        at=scope.at,
        actor=scope.actor,
        clinic=scope.clinic,
        target=target,
        details={
            "source": scope.source, "created": counts.created, "updated": counts.updated,
            "unchanged": counts.unchanged, "refused": counts.refused,
        },
    )  # fmt: skip


def _outcome(plan: PlannedPatient) -> RowOutcome:
    if plan.patient is None:
        return RowOutcome.NEW
    return RowOutcome.CHANGED if plan.changes_something else RowOutcome.SAME


def _batches(source: Openable) -> Iterator[list[Row]]:
    table = read_table(source, COLUMNS)
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
    rows: Sequence[Row],
    *,
    scope: ImportScope,
    seen: SeenInFile,
    program: CompiledProgram,
    version_id: int,
    in_batch: InBatch,
) -> _Batch:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(LOCK, [scope.source])
                batch = _plan_batch(rows, scope=scope, seen=seen)
                changing = [plan for plan in batch.plans if plan.changes_something]
                write_patients(changing, scope=scope, program=program, version_id=version_id)
                in_batch(batch.rows, batch.counts())
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
) -> PatientCounts:
    for fault in batch.faults:
        on_fault(fault)
    on_rows(batch.rows)
    return added(counts, batch.counts())
