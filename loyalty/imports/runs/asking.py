"""Asks for an import, confirms what it would do, throws it away; forgets the files that have served."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from clinics.models import Clinic
from loyalty.models import ImportFile, ImportRow, ImportRun, ProgramVersion

IMPORTS_TASK = "loyalty.imports"
# A hint that nobody took in a minute is worthless: the sweep has come by meanwhile.
WAKE_EXPIRES_SECONDS = 60
# Whoever has looked at a file decides within days; errors are corrected within weeks.
UNCONFIRMED_KEPT = timedelta(days=3)
ERRORS_KEPT = timedelta(days=14)
State, Step = ImportRun.State, ImportRun.Step


class NothingToConfirm(Exception):
    """The file has not been looked through, could not be read, or is no longer there."""


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file and where its rows go; a price list has neither clinic nor source nor version."""

    kind: str
    file_name: str
    content: bytes
    clinic: Clinic | None = None
    source: str = ""
    program_version: ProgramVersion | None = None
    creates_categories: bool = False


def ask(new: NewImport, *, actor: User | None, at: datetime) -> ImportRun:
    """Store the file for a worker to look through; nothing of it is written. Own transaction."""
    with transaction.atomic():
        run = ImportRun.objects.create(
            kind=new.kind,
            clinic=new.clinic,
            source=new.source,
            program_version=new.program_version,
            creates_categories=new.creates_categories,
            file_name=new.file_name[:200],
            asked_by=actor,
            asked_at=at,
        )
        ImportFile.objects.create(run=run, content=new.content)
        # Only a hint: if the broker is down the run waits for the next sweep.
        transaction.on_commit(_wake_worker, robust=True)
    return run


def confirm(*, run_id: int, actor: User | None, at: datetime) -> ImportRun:
    """Let a worker write what has been looked through. Own transaction, which locks the run.

    Confirmed twice it is written once; what has broken off half-way goes on. Raises NothingToConfirm.
    """
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.step == Step.WRITE and run.state != State.FAILED:
            return run
        if run.cleared_at is not None or not (run.is_previewed or run.step == Step.WRITE):
            raise NothingToConfirm
        if run.is_previewed:
            run.step, run.confirmed_at, run.confirmed_by = Step.WRITE, at, actor
            run.done, run.counts = 0, {}
        run.state, run.attempts, run.finished_at = State.WAITING, 0, None
        run.save(
            update_fields=[
                "step", "confirmed_at", "confirmed_by", "done", "counts", "state", "attempts", "finished_at",
            ]
        )  # fmt: skip
        transaction.on_commit(_wake_worker, robust=True)
    return run


def discard(*, run_id: int, at: datetime) -> None:
    """Delete the file of an import that is not to be written. Own transaction, which locks the run.

    Raises NothingToConfirm when it has been confirmed, or is being read.
    """
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.step == Step.WRITE or run.state == State.RUNNING:
            raise NothingToConfirm
        if run.state == State.WAITING:
            ImportRun.objects.filter(pk=run_id).update(state=State.FAILED, finished_at=at)
        clear([run_id], at=at)


def forget_old_imports(*, at: datetime) -> None:
    """Delete files and rows that have served: personal data stays no longer than it is needed. Own transaction."""
    settled = ImportRun.objects.filter(cleared_at=None, state__in=[State.DONE, State.FAILED])
    is_old = Q(step=Step.PREVIEW, finished_at__lt=at - UNCONFIRMED_KEPT) | Q(finished_at__lt=at - ERRORS_KEPT)
    with transaction.atomic():
        old = settled.filter(is_old).select_for_update(skip_locked=True)
        clear(list(old.values_list("pk", flat=True)), at=at)


def clear(run_ids: list[int], *, at: datetime) -> None:
    """Delete the files and rows of the runs. Call inside a transaction with the runs locked."""
    ImportFile.objects.filter(run__in=run_ids).delete()
    ImportRow.objects.filter(run__in=run_ids).delete()
    ImportRun.objects.filter(pk__in=run_ids).update(cleared_at=at)


def _wake_worker() -> None:
    current_app.send_task(IMPORTS_TASK, expires=WAKE_EXPIRES_SECONDS, ignore_result=True, retry=False)
