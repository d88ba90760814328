"""Imports a file of receipts: a preview that writes nothing, and the replay itself.

The whole file is read first, then customers are replayed in batches, a batch per transaction: a killed import
leaves whole customers done, and the next run recognises their receipts by source and document.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model

from clinics import audit, fail_points
from clinics.models import Clinic
from loyalty.checkout.catalogue import read_catalogue
from loyalty.imports.accounts import open_standings
from loyalty.imports.customers import create_contacts
from loyalty.imports.faults import RowFault
from loyalty.imports.listening import InBatch, OnOutcome, added, ignore
from loyalty.imports.patient_import import LOCK
from loyalty.imports.receipt_plan import PlannedBatch, plan_receipts
from loyalty.imports.receipt_rows import FileReceipt, ReceiptFile
from loyalty.ledger import posting
from loyalty.models import RowOutcome, Source, Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import RunningProgram
from patients.models import Patient

BATCH_CUSTOMERS = 200


@dataclass(frozen=True, slots=True)
class ReplayScope:
    """Where the receipts come from and by which rules they are replayed.

    What ends by `until` burns at the end; `at` is the moment of the import itself."""

    source: str
    clinic: Clinic
    running: RunningProgram
    until: datetime
    at: datetime
    actor: User | None = None


@dataclass(slots=True)
class ReceiptCounts:
    """Of the file: rows; the rest counts receipts, but for `contacts` (new people) and `refused` (rows)."""

    rows: int = 0
    unpaid: int = 0
    receipts: int = 0
    free_visits: int = 0
    known: int = 0
    contacts: int = 0
    refused: int = 0
    points: int = 0

    @classmethod
    def of_batch(cls, plan: PlannedBatch, *, points: int = 0) -> "ReceiptCounts":
        """Without the rows: those of the whole file are counted at its reading."""
        receipts = [receipt for own in plan.fresh.values() for receipt in own]
        return cls(
            receipts=len(receipts),
            free_visits=sum(receipt.price_kopecks == 0 for receipt in receipts),
            known=plan.known,
            contacts=len(plan.newcomers),
            refused=len({fault.row for fault in plan.faults}),
            points=points,
        )


def preview_receipts(
    file: ReceiptFile,
    *,
    source: str,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
    on_outcome: OnOutcome = ignore,
) -> ReceiptCounts:
    """What the import would do; writes nothing. `on_rows` hears of the rows of every batch."""
    counts = counts_of_file(file)
    _report(file.faults, on_fault)
    for batch in _batches(file):
        plan = plan_receipts(batch, source=source)
        _tell_outcomes(plan, batch, on_outcome)
        counts = added(counts, ReceiptCounts.of_batch(plan))
        _report(plan.faults, on_fault)
        on_rows(_rows_in(batch))
    for fault in file.faults:
        on_outcome(fault.row, RowOutcome.REFUSED, {})
    return counts


def import_receipts(
    file: ReceiptFile,
    *,
    scope: ReplayScope,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
) -> ReceiptCounts:
    """Replay the file's new receipts as if each had been paid on its day, and tell the audit."""
    counts = write_receipts(file, scope=scope, on_fault=on_fault, on_rows=on_rows)
    record_import(counts, scope=scope)
    return counts


def write_receipts(
    file: ReceiptFile,
    *,
    scope: ReplayScope,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
    in_batch: InBatch = ignore,
) -> ReceiptCounts:
    """Replay the file's new receipts through the program, a batch of customers per transaction.

    Imports of one source go one after another (advisory lock); a batch locks its accounts in id order.
    """
    counts = counts_of_file(file)
    _report(file.faults, on_fault)
    for batch in _batches(file):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(LOCK, [scope.source])
            plan = plan_receipts(batch, source=scope.source)
            points = _write(plan, scope) if plan.fresh else 0
            written = ReceiptCounts.of_batch(plan, points=points)
            in_batch(_rows_in(batch), written)
            fail_points.reached("imports.receipts.in_batch")
        counts = added(counts, written)
        _report(plan.faults, on_fault)
        on_rows(_rows_in(batch))
        fail_points.reached("imports.receipts.after_batch")
    return counts


def record_import(counts: ReceiptCounts, *, scope: ReplayScope, target: Model | None = None) -> None:
    """Tell the audit who has imported what; `target` is what was asked for in the admin."""
    audit.record(
        code="receipts.imported",
        at=scope.at,
        actor=scope.actor,
        clinic=scope.clinic,
        target=target,
        details={
            "source": scope.source, "program": scope.running.number, "receipts": counts.receipts,
            "contacts": counts.contacts, "known": counts.known, "refused": counts.refused,
        },
    )  # fmt: skip


def counts_of_file(file: ReceiptFile) -> ReceiptCounts:
    """What the reading of the file has come to, before any receipt is looked for in the portal."""
    return ReceiptCounts(rows=file.rows, unpaid=file.unpaid, refused=len({fault.row for fault in file.faults}))


def _batches(file: ReceiptFile) -> Iterator[dict[str, list[FileReceipt]]]:
    customers = iter(file.by_customer.items())
    while batch := dict(islice(customers, BATCH_CUSTOMERS)):
        yield batch


def _rows_in(batch: Mapping[str, list[FileReceipt]]) -> int:
    return sum(len(receipt.rows) for own in batch.values() for receipt in own)


def _report(faults: Iterable[RowFault], on_fault: Callable[[RowFault], None]) -> None:
    for fault in sorted(faults, key=lambda fault: fault.row):
        on_fault(fault)


def _tell_outcomes(plan: PlannedBatch, batch: Mapping[str, list[FileReceipt]], on_outcome: OnOutcome) -> None:
    refused = {fault.row for fault in plan.faults}
    fresh = {row for own in plan.fresh.values() for receipt in own for row in receipt.rows}
    for row in (row for own in batch.values() for receipt in own for row in receipt.rows):
        outcome = RowOutcome.NEW if row in fresh else RowOutcome.REFUSED if row in refused else RowOutcome.SAME
        on_outcome(row, outcome, {})


def _write(plan: PlannedBatch, scope: ReplayScope) -> int:
    """Post the batch's new receipts, then burn what has ended by `until`. Returns the points given."""
    people = plan.people | create_contacts(plan.newcomers, source=scope.source, clinic=scope.clinic, at=scope.at)
    receipts = _by_patient(plan, people)
    standings = open_standings(
        list({people[customer].pk: people[customer] for customer in plan.fresh}.values()),
        program=scope.running.program,
        opened_at={patient_id: own[0].paid_at for patient_id, own in receipts.items()},
    )
    written = replay_receipts(
        [
            _past_receipt(receipt, standing=standings[patient_id], scope=scope)
            for patient_id, own in receipts.items()
            for receipt in own
        ],
        catalogue=read_catalogue(line for own in receipts.values() for receipt in own for line in receipt.lines),
        running=scope.running,
        recorded_at=scope.at,
    )
    _burn(standings.values(), scope)
    return sum(receipt.points_earned for receipt in written)


def _by_patient(plan: PlannedBatch, people: Mapping[str, Patient]) -> dict[int, list[FileReceipt]]:
    """In date order; two keys may have become one patient by a merge."""
    receipts: dict[int, list[FileReceipt]] = {}
    for customer, own in plan.fresh.items():
        receipts.setdefault(people[customer].pk, []).extend(own)
    for own in receipts.values():
        own.sort(key=lambda receipt: (receipt.paid_at, receipt.rows[0]))
    return receipts


def _past_receipt(receipt: FileReceipt, *, standing: Standing, scope: ReplayScope) -> PastReceipt:
    return PastReceipt(
        standing=standing,
        clinic=scope.clinic,
        paid_at=receipt.paid_at,
        lines=tuple(receipt.lines),
        source_system=scope.source,
        document=receipt.document,
        earns_as_member=True,
    )


def _burn(standings: Iterable[Standing], scope: ReplayScope) -> None:
    # An act that moves nothing brings its account to the state of that moment: released and burnt.
    acts = [
        posting.PastAct(
            key=f"import:{scope.source}:until:{standing.account_id}:{scope.until.isoformat()}",
            account_id=standing.account_id,
            at=scope.until,
        )
        for standing in standings
    ]
    posting.replay(acts=acts, recorded_at=scope.at, source=Source.IMPORT)
