"""Rows of a file as its page shows them: fifty a page, all or of one outcome."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinics.number_texts import number_text
from loyalty.imports.runs.kept_rows import MOST_SHOWN, faults_of
from loyalty.imports.texts import reason_of
from loyalty.models import ImportRow, ImportRun, RowOutcome

ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownCell:
    title: str  # of its column
    text: str
    is_changed: bool
    earlier: str  # what stands in the portal until now


@dataclass(frozen=True, slots=True)
class ShownRow:
    number: int  # 0: not of the file
    outcome: str
    outcome_text: str
    cells: tuple[ShownCell, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """`value` is empty for all rows."""

    value: str
    title: str
    rows: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownRows:
    tabs: tuple[Tab, ...]
    titles: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    page: Page
    show: str
    has_errors: bool
    cut: str  # a sentence when not all rows can be looked at


def show_rows(request: HttpRequest, run: ImportRun) -> ShownRows | None:
    """None when there are none. One query."""
    outcomes = _outcomes(run)
    if not outcomes:
        return None
    show = request.GET.get("show", "")
    show = show if show in outcomes else ""
    kept = {outcome: min(rows, MOST_SHOWN) if outcome != RowOutcome.REFUSED else rows
            for outcome, rows in outcomes.items()}  # fmt: skip
    rows = ImportRow.objects.filter(run=run).order_by("id")
    if show:
        rows = rows.filter(outcome=show)
    paginator = Paginator(rows, ROWS_A_PAGE)
    # Counted once, by the preview.
    paginator.count = kept[show] if show else sum(kept.values())
    page = paginator.get_page(request.GET.get("page"))
    titles = dict(run.titles) if run.step == ImportRun.Step.PREVIEW else {}
    return ShownRows(
        tabs=_tabs(outcomes, show=show),
        titles=tuple(titles.values()),
        rows=tuple(_shown(row, titles=titles, names=dict(run.titles)) for row in page),
        page=page,
        show=show,
        has_errors=RowOutcome.REFUSED in outcomes,
        cut=_cut_text() if sum(kept.values()) < sum(outcomes.values()) else "",
    )


def _outcomes(run: ImportRun) -> dict[str, int]:
    """What has been kept of the file: all outcomes before the writing, the errors after it."""
    if run.state != ImportRun.State.DONE or run.cleared_at is not None:
        return {}
    if run.step == ImportRun.Step.WRITE:
        return {RowOutcome.REFUSED: run.counts["refused"]} if run.counts["refused"] else {}
    return {outcome: run.outcomes[outcome] for outcome in RowOutcome.values if run.outcomes.get(outcome)}


def _tabs(outcomes: dict[str, int], *, show: str) -> tuple[Tab, ...]:
    if len(outcomes) == 1:
        return ()
    all_rows = Tab("", _("All rows"), number_text(sum(outcomes.values())), is_current=not show)
    return (
        all_rows,
        *(
            Tab(outcome, capfirst(str(RowOutcome(outcome).label)), number_text(rows), is_current=outcome == show)
            for outcome, rows in outcomes.items()
        ),
    )


def _shown(row: ImportRow, *, titles: dict[str, str], names: dict[str, str]) -> ShownRow:
    cells = tuple(
        ShownCell(title, text, is_changed=code in row.earlier, earlier=row.earlier.get(code, ""))
        for (code, title), text in zip(titles.items(), row.cells, strict=False)
    )
    reasons = tuple(
        _("%(column)s: %(reason)s") % {"column": names.get(fault.column, fault.column), "reason": reason_of(fault)}
        for fault in faults_of(row)
    )
    outcome = RowOutcome(row.outcome)
    return ShownRow(row.number, outcome.value, str(outcome.label), cells, reasons)


def _cut_text() -> str:
    text = _("The first %(count)s rows of each kind are shown, and all that have an error.")
    return text % {"count": number_text(MOST_SHOWN)}
