"""An import as its page shows it: how far it is, what it would do, what it has done, what is left to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from clinics.number_texts import moment_text, percent_text
from loyalty.import_page.kinds import KINDS
from loyalty.imports.count_texts import done_text, preview_text
from loyalty.imports.faults import FileRefused
from loyalty.imports.runs.counts import counts_of
from loyalty.imports.texts import refusal_of
from loyalty.models import ImportRun

State, Step = ImportRun.State, ImportRun.Step
# A worker looks every minute, and is told at once.
USUAL_WAIT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ShownRun:
    """`text` says where it stands, in sentences; `tone` is how it is shown: ok, warn, error or nothing."""

    pk: int
    text: str
    tone: str
    is_open: bool
    done: int
    total: int  # 0 until it is known
    may_write: bool
    may_go_on: bool  # broken off half-way
    may_discard: bool


def show_run(run: ImportRun, *, at: datetime) -> ShownRun:
    has_file = run.cleared_at is None
    return ShownRun(
        pk=run.pk,
        text=state_text(run, at=at),
        tone=_tone(run),
        is_open=run.is_open,
        done=run.done,
        total=run.total,
        may_write=run.is_previewed and has_file and _has_something(run),
        may_go_on=run.step == Step.WRITE and run.state == State.FAILED and run.refusal is None and has_file,
        may_discard=run.step == Step.PREVIEW and run.state in {State.WAITING, State.DONE} and has_file,
    )


def list_runs(runs: Iterable[ImportRun], *, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "pk": run.pk,
            "title": KINDS[run.kind].title,
            "file": run.file_name,
            "asked": asked_text(run, at=at),
            "text": state_text(run, at=at),
            "tone": _tone(run),
        }
        for run in runs
    ]


def asked_text(run: ImportRun, *, at: datetime) -> str:
    """Who has uploaded it and when, for which clinic and from where."""
    who = run.asked_by.get_full_name() or run.asked_by.get_username() if run.asked_by else ""
    parts = [moment_text(run.asked_at, at=at), who, run.clinic.name if run.clinic else "", run.source]
    return ", ".join(part for part in parts if part)


def state_text(run: ImportRun, *, at: datetime) -> str:
    if run.refusal is not None:
        return refusal_of(FileRefused(run.refusal["code"], **run.refusal["data"]))
    if run.is_open:
        return _open_text(run, at=at)
    return _written_text(run) if run.step == Step.WRITE else _looked_through_text(run)


def _written_text(run: ImportRun) -> str:
    if run.state == State.DONE:
        return done_text(counts_of(run.kind, run.counts), seconds=_seconds(run))
    return _(
        "The import has broken off half-way. What is written stays; going on completes it and writes nothing"
        " twice. If that does not help, tell those who look after the portal the number %(number)s."
    ) % {"number": run.pk}


def _looked_through_text(run: ImportRun) -> str:
    if run.cleared_at is not None:
        return _("The file has been deleted, nothing of it has been written. Upload it again.")
    if run.state == State.DONE:
        return preview_text(counts_of(run.kind, run.counts))
    return _(
        "The file could not be looked through: the work has broken off twice. Nothing has been written. Upload"
        " it again; if that does not help, tell those who look after the portal the number %(number)s."
    ) % {"number": run.pk}


def _open_text(run: ImportRun, *, at: datetime) -> str:
    is_writing = run.step == Step.WRITE
    if run.state == State.RUNNING and run.total and run.done:
        share = percent_text(min(run.done, run.total) * 100 // run.total * 100)
        text = _("Written: %(share)s.") if is_writing else _("Looked through: %(share)s.")
        return text % {"share": share} + " " + _("You may leave this page: the work goes on.")
    if run.state == State.RUNNING:
        return _("The file is being read.")
    since = run.confirmed_at if is_writing and run.confirmed_at else run.asked_at
    if at - since > USUAL_WAIT:
        return _(
            "Waits for its turn: imports go one after another. If no other import is on, the portal's background"
            " work has stopped: tell those who look after the portal."
        )
    return _("Waits for its turn. It usually begins within a minute.")


def _tone(run: ImportRun) -> str:
    if run.state == State.FAILED:
        return "error" if run.refusal is not None or run.cleared_at is None else ""
    return "ok" if run.state == State.DONE and run.step == Step.WRITE else ""


def _seconds(run: ImportRun) -> float:
    """From the confirmation on: a try that was broken off and the waiting are part of how long it took."""
    if run.confirmed_at is None or run.finished_at is None:
        return 0
    return (run.finished_at - run.confirmed_at).total_seconds()


def _has_something(run: ImportRun) -> bool:
    return any(run.outcomes.get(outcome) for outcome in ("NEW", "CHANGED"))
