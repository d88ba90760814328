"""Looks through the files that wait, and writes those that have been confirmed, one after the other.

What is promised when a worker dies at any moment, or two look at once:
* a preview writes nothing but what its page shows;
* every row is written once: how far the file is, and its counts, are stored in the transaction of each batch, so
  that the next try counts a batch exactly as the try that wrote it;
* a worker that has lost its lease writes no further batch: the batch is rolled back with its lost claim.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from clinics import background_runs, fail_points
from loyalty.imports.faults import FileRefused, RowFault
from loyalty.imports.listening import added, ignore
from loyalty.imports.runs.asking import clear
from loyalty.imports.runs.counts import counts_of
from loyalty.imports.runs.importers import Importer, Listener, importer_of
from loyalty.imports.runs.kept_rows import RowsHeard, keep_faults, keep_rows
from loyalty.imports.stored_file import UploadedTable
from loyalty.imports.table_file import read_titles
from loyalty.models import ImportFile, ImportRow, ImportRun

# A preview says how far it is about so often.
ROWS_BETWEEN_REPORTS = 2_000


def run_waiting(*, now: Callable[[], datetime]) -> None:
    """Do every import that waits. Safe to run twice, at once or again. Opens its own transactions."""
    runs = ImportRun.objects.select_related("clinic", "program_version", "confirmed_by")
    background_runs.do_waiting(
        claim_next=lambda claim: background_runs.claim_next(runs, claim=claim, at=now()),
        do=lambda run, claim: _do(run, claim=claim, now=now),
        now=now,
    )


def _do(run: ImportRun, *, claim: str, now: Callable[[], datetime]) -> None:
    fail_points.reached("imports.run.after_claim")
    file = UploadedTable(bytes(ImportFile.objects.get(run=run).content))
    importer = importer_of(run, file, at=now())
    step = _write if run.step == ImportRun.Step.WRITE else _preview
    try:
        step(run, importer, file, claim=claim, now=now)
    except FileRefused as refused:
        refusal = {"code": refused.code, "data": refused.data}
        background_runs.fail(run, claim=claim, at=now(), refusal=refusal)


def _preview(
    run: ImportRun, importer: Importer, file: UploadedTable, *, claim: str, now: Callable[[], datetime]
) -> None:
    run.titles = list(read_titles(file, importer.columns).items())
    total = importer.open()
    background_runs.renew(run, claim=claim, total=total, done=0)
    heard, progress = RowsHeard(), _PreviewProgress(run, claim)
    counts = importer.preview(
        Listener(
            on_fault=heard.on_fault,
            on_rows=progress.on_rows,
            on_outcome=heard.on_outcome,
            on_absent=heard.absent.append,
            in_batch=ignore,
        )
    )
    with transaction.atomic():
        outcomes = keep_rows(run, file, columns=importer.columns, heard=heard)
        fail_points.reached("imports.run.before_preview_ends")
        background_runs.finish(
            run, claim=claim, at=now(), counts=asdict(counts), titles=run.titles, outcomes=outcomes
        )


def _write(
    run: ImportRun, importer: Importer, file: UploadedTable, *, claim: str, now: Callable[[], datetime]
) -> None:
    total = importer.open()
    background_runs.renew(run, claim=claim, total=total)
    faults: list[RowFault] = []
    progress = _WriteProgress(run, claim)
    of_file = importer.write(
        Listener(
            on_fault=faults.append,
            on_rows=progress.on_rows,
            on_outcome=ignore,
            on_absent=ignore,
            in_batch=progress.in_batch,
        )
    )
    fail_points.reached("imports.run.before_writing_ends")
    with transaction.atomic():
        counts = added(of_file, counts_of(run.kind, _stored_counts(run)))
        background_runs.finish(run, claim=claim, at=now(), counts=asdict(counts))
        importer.record(counts)
        _clear_written(run, faults, at=now())


def _clear_written(run: ImportRun, faults: list[RowFault], *, at: datetime) -> None:
    """The file has served; the errors stay until they are corrected. Call inside the transaction of the end."""
    ImportFile.objects.filter(run=run).delete()
    ImportRow.objects.filter(run=run).delete()
    if faults:
        keep_faults(run, faults)
    else:
        clear([run.pk], at=at)


class _PreviewProgress:
    def __init__(self, run: ImportRun, claim: str) -> None:
        self.run, self.claim = run, claim
        self.done = self.reported = 0

    def on_rows(self, rows: int) -> None:
        self.done += rows
        if self.done - self.reported >= ROWS_BETWEEN_REPORTS:
            self.reported = self.done
            background_runs.renew(self.run, claim=self.claim, done=self.done)


class _WriteProgress:
    """Counts a batch once, however often the file has to be begun anew."""

    def __init__(self, run: ImportRun, claim: str) -> None:
        self.run, self.claim = run, claim
        self.done_before = run.done
        self.position = 0

    def in_batch(self, rows: int, counts: Any) -> None:
        """Raises ClaimLost, and the batch is not written."""
        end = self.position + rows
        if end <= self.done_before:
            # An earlier try has written and counted it.
            background_runs.renew(self.run, claim=self.claim)
            return
        stored = _stored_counts(self.run)
        so_far = added(counts, counts_of(self.run.kind, stored))
        background_runs.renew(self.run, claim=self.claim, done=end, counts=asdict(so_far))

    def on_rows(self, rows: int) -> None:
        """The batch is in the database."""
        self.position += rows


def _stored_counts(run: ImportRun) -> dict[str, int]:
    counts: dict[str, int] = ImportRun.objects.values_list("counts", flat=True).get(pk=run.pk)
    return counts
