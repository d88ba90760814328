"""Tiles of the dashboard: a number, its change, how it is counted, and where its rows are."""

from dataclasses import dataclass
from decimal import Decimal

from loyalty.reports.columns import Value
from loyalty.reports.report import Figure
from loyalty.reports.scope import Scope
from loyalty.reports_page.table import Linker
from loyalty.texts.report_values import change_text, short_text


@dataclass(frozen=True, slots=True)
class Tile:
    code: str
    title: str
    text: str
    change: str  # empty when there is nothing to compare with
    before: str
    mood: str  # "good", "bad" or empty
    definition: str
    url: str


def tile_of(figure: Figure, scope: Scope, *, linker: Linker) -> Tile:
    """Asks the figure twice: for the period, and for the one compared with."""
    now, before = figure.values(scope)
    is_compared = scope.compared is not None and not figure.is_of_now
    return Tile(
        code=figure.code,
        title=str(figure.title),
        text=str(figure.unknown) if now is None and figure.unknown else short_text(now, figure.unit),
        change=change_text(now, before, figure.unit),
        before=short_text(before, figure.unit) if is_compared and before is not None else "",
        mood=_mood(now, before, figure.is_more_better),
        definition=str(figure.definition),
        url=linker.url(figure.behind(scope)) if now is not None else "",
    )


def _mood(now: Value, before: Value, is_more_better: bool | None) -> str:
    is_known = isinstance(now, int | Decimal) and isinstance(before, int | Decimal)
    if is_more_better is None or not is_known or now == before:
        return ""
    return "good" if (now > before) == is_more_better else "bad"  # type: ignore[operator]
