"""A run as its page shows it: how far it is, why it has none, or what it has come to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from clinics.number_texts import moment_text, percent_text
from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.program_page.version_list import person
from loyalty.texts.what_if_tables import (
    Measure,
    TierMeasures,
    TierWinners,
    measures_of,
    tier_measures_of,
    winners_columns,
    winners_of,
)
from loyalty.texts.what_if_words import (
    assumptions,
    cost_text,
    months_text,
    promised_text,
    touched_texts,
    version_name,
    winners_definition,
)
from loyalty.what_if.result import WhatIf

State = WhatIfRun.State
# A worker looks every minute, and is told at once.
USUAL_WAIT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ShownResult:
    current: str
    draft: str
    cost: str
    promised: str
    touched: tuple[str, ...]
    measures: tuple[Measure, ...]
    tiers: tuple[TierMeasures, ...]
    winners: tuple[TierWinners, ...]
    winners_columns: tuple[str, ...]
    winners_definition: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownRun:
    """Either it is open, or has failed, or has a result, which is None when there was no receipt."""

    pk: int
    months: str
    asked: str
    is_open: bool
    has_failed: bool
    text: str  # where it stands, in a sentence
    done: int
    total: int  # 0 until it is known
    notes: tuple[str, ...]  # what has changed since
    result: ShownResult | None


def show_run(run: WhatIfRun, *, version: ProgramVersion, current: ProgramVersion | None, at: datetime) -> ShownRun:
    result = WhatIf.from_json(run.result) if run.result is not None else None
    has_receipts = result is not None and bool(result.comparison.visitors)
    return ShownRun(
        pk=run.pk,
        months=months_text(run.months),
        asked=asked_text(run, at=at),
        is_open=run.state in {State.WAITING, State.RUNNING},
        has_failed=run.state == State.FAILED,
        text=_state_text(run, has_receipts=has_receipts, at=at),
        done=run.done,
        total=run.total,
        notes=_notes(run, version=version, current=current, at=at) if has_receipts else (),
        result=_shown_result(run, result) if result is not None and has_receipts else None,
    )


def tried_text(version: ProgramVersion, *, compared: ProgramVersion | None) -> str:
    """What the latest run of the draft as it is now has come to; empty when there is none."""
    runs = WhatIfRun.objects.filter(version=version, revision=version.revision, state=State.DONE)
    run = runs.filter(compared=compared).select_related("version", "compared").order_by("-id").first()
    if run is None:
        return ""
    result = WhatIf.from_json(run.result)
    return f"{cost_text(run, result)} {promised_text(result)}"


def asked_text(run: WhatIfRun, *, at: datetime) -> str:
    """Who asked and when."""
    words = {"when": moment_text(run.asked_at, at=at), "who": person(run.asked_by)}
    return _("%(when)s, %(who)s") % words if words["who"] else words["when"]


def _state_text(run: WhatIfRun, *, has_receipts: bool, at: datetime) -> str:
    if run.state == State.FAILED:
        return _(
            "The run has broken off twice, so it has no result. Nothing in the program or the points has"
            " changed. Try again or choose another period; if that does not help, tell those who look after"
            " the portal the number %(number)s."
        ) % {"number": run.pk}
    if run.state != State.DONE:
        return _open_text(run, at=at)
    if not has_receipts:
        return _("There are no receipts of these months, so there is nothing to count. Choose more months.")
    return ""


def _open_text(run: WhatIfRun, *, at: datetime) -> str:
    if run.state == State.RUNNING and run.total:
        # Not in receipts: budgets that run out are counted twice.
        share = percent_text(min(run.done, run.total) * 100 // run.total * 100)
        return _("Counted: %(share)s. You may leave this page: the result will be kept.") % {"share": share}
    if run.state == State.RUNNING:
        return _("Has begun.")
    if at - run.asked_at > USUAL_WAIT:
        return _(
            "Waits for its turn: runs go one after another. If no other run is on, the portal's background"
            " work has stopped: tell those who look after the portal."
        )
    return _("Waits for its turn. It usually begins within a minute.")


def _notes(
    run: WhatIfRun, *, version: ProgramVersion, current: ProgramVersion | None, at: datetime
) -> tuple[str, ...]:
    notes = []
    if run.revision != version.revision:
        words = {"when": moment_text(run.started_at or run.asked_at, at=at)}
        notes.append(_("The draft has changed since: this is what it said %(when)s. Count once more.") % words)
    if current is not None and current.pk != run.compared_id:
        text = _(
            "Version %(current)s is in force by now; this compares with version %(compared)s. Count once more."
        )
        notes.append(text % {"current": current.number, "compared": run.compared.number})
    return tuple(notes)


def _shown_result(run: WhatIfRun, result: WhatIf) -> ShownResult:
    return ShownResult(
        current=version_name(run.compared),
        draft=version_name(run.version),
        cost=cost_text(run, result),
        promised=promised_text(result),
        touched=touched_texts(result),
        measures=measures_of(result),
        tiers=tier_measures_of(result),
        winners=winners_of(result),
        winners_columns=winners_columns(),
        winners_definition=winners_definition(),
        assumptions=assumptions(result),
    )
