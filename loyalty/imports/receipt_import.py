"""Imports a file of receipts: a preview that writes nothing, and the replay itself.

The whole file is read first, then customers are replayed in batches, a batch per transaction: a killed import
leaves whole customers done, and the next run recognises their receipts by source and document.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from clinics import audit, fail_points
from clinics.models import Clinic
from loyalty.checkout.catalogue import read_catalogue
from loyalty.imports.accounts import open_standings
from loyalty.imports.customers import create_contacts
from loyalty.imports.faults import RowFault
from loyalty.imports.patient_import import LOCK
from loyalty.imports.receipt_plan import PlannedBatch, plan_receipts
from loyalty.imports.receipt_rows import FileReceipt, ReceiptFile
from loyalty.ledger import posting
from loyalty.models import Source, Standing
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

    def add(self, plan: PlannedBatch) -> None:
        self.known += plan.known
        self.contacts += len(plan.newcomers)
        self.refused += len({fault.row for fault in plan.faults})
        for receipts in plan.fresh.values():
            self.receipts += len(receipts)
            self.free_visits += sum(receipt.price_kopecks == 0 for receipt in receipts)


def preview_receipts(
    file: ReceiptFile, *, source: str, on_fault: Callable[[RowFault], None], on_rows: Callable[[int], None]
) -> ReceiptCounts:
    """What the import would do; writes nothing. `on_rows` hears of the rows of every batch."""
    counts = _counts_of(file, on_fault)
    for batch in _batches(file):
        plan = plan_receipts(batch, source=source)
        _report(plan, batch, counts=counts, on_fault=on_fault, on_rows=on_rows)
    return counts


def import_receipts(
    file: ReceiptFile,
    *,
    scope: ReplayScope,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
) -> ReceiptCounts:
    """Replay the file's new receipts through the program, as if each had been paid on its day.

    Imports of one source go one after another (advisory lock); a batch locks its accounts in id order.
    """
    counts = _counts_of(file, on_fault)
    for batch in _batches(file):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(LOCK, [scope.source])
            plan = plan_receipts(batch, source=scope.source)
            counts.points += _write(plan, scope) if plan.fresh else 0
            fail_points.reached("imports.receipts.in_batch")
        _report(plan, batch, counts=counts, on_fault=on_fault, on_rows=on_rows)
        fail_points.reached("imports.receipts.after_batch")
    audit.record(
        code="receipts.imported",
        at=scope.at,
        actor=None,
        clinic=scope.clinic,
        details={
            "source": scope.source, "program": scope.running.number, "receipts": counts.receipts,
            "contacts": counts.contacts, "known": counts.known, "refused": counts.refused,
        },
    )  # fmt: skip
    return counts


def _counts_of(file: ReceiptFile, on_fault: Callable[[RowFault], None]) -> ReceiptCounts:
    faults = sorted(file.faults, key=lambda fault: fault.row)
    for fault in faults:
        on_fault(fault)
    return ReceiptCounts(rows=file.rows, unpaid=file.unpaid, refused=len({fault.row for fault in faults}))


def _batches(file: ReceiptFile) -> Iterator[dict[str, list[FileReceipt]]]:
    customers = iter(file.by_customer.items())
    while batch := dict(islice(customers, BATCH_CUSTOMERS)):
        yield batch


def _report(
    plan: PlannedBatch,
    batch: Mapping[str, list[FileReceipt]],
    *,
    counts: ReceiptCounts,
    on_fault: Callable[[RowFault], None],
    on_rows: Callable[[int], None],
) -> None:
    counts.add(plan)
    for fault in plan.faults:
        on_fault(fault)
    on_rows(sum(len(receipt.rows) for own in batch.values() for receipt in own))


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
