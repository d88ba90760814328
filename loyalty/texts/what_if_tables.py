"""The tables of a what-if in the reader's language: the same on the screen, on a terminal and in the file.

A cell knows its kind; money is kopecks, rates are basis points, averages are hundredths of a point.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics.number_texts import MINUS, hundredths_text, number_text, percent_text, rounded_money_text
from loyalty.what_if.result import TriedProgram, WhatIf
from loyalty.what_if.trial.comparison import Winners
from loyalty.what_if.trial.totals import NO_TIER, Figures, TierTotals


class Kind(StrEnum):
    COUNT = "count"
    MONEY = "money"
    RATE = "rate"
    AVERAGE = "average"


TEXTS: dict[Kind, Callable[[int], str]] = {
    Kind.COUNT: number_text,
    Kind.MONEY: rounded_money_text,
    Kind.RATE: percent_text,
    Kind.AVERAGE: hundredths_text,
}


@dataclass(frozen=True, slots=True)
class Cell:
    kind: Kind
    value: int
    is_difference: bool = False

    @property
    def text(self) -> str:
        """A difference always shows its sign; a difference of rates is in points of a percent."""
        sign = MINUS if self.value < 0 else "+" if self.is_difference and self.value else ""
        size = abs(self.value)
        if self.is_difference and self.kind is Kind.RATE:
            return sign + _("%(number)s pp") % {"number": hundredths_text(size)}
        return sign + TEXTS[self.kind](size)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number under both programs."""

    title: str  # with its unit, where the cells do not show it
    now: Cell
    then: Cell
    definition: str = ""

    @property
    def difference(self) -> Cell:
        return Cell(self.now.kind, self.then.value - self.now.value, is_difference=True)

    @property
    def cells(self) -> tuple[Cell, Cell, Cell]:
        return self.now, self.then, self.difference


@dataclass(frozen=True, slots=True)
class TierMeasures:
    title: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class TierWinners:
    title: str
    members: Cell
    winners: Cell
    gained: Cell
    losers: Cell
    lost: Cell

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.members, self.winners, self.gained, self.losers, self.lost

    @property
    def titled_cells(self) -> tuple[tuple[str, Cell], ...]:
        return tuple(zip(winners_columns(), self.cells, strict=True))


def measures_of(result: WhatIf) -> tuple[Measure, ...]:
    """The whole network, all tiers together."""
    now, then = result.current.figures, result.draft.figures
    return tuple(
        Measure(title, Cell(kind, value(now)), Cell(kind, value(then)), definition)
        for title, kind, value, definition in _measures()
    )


def tier_measures_of(result: WhatIf) -> tuple[TierMeasures, ...]:
    """Of every tier that either program knows, by rising threshold."""
    current, draft = result.current.totals.by_tier, result.draft.totals.by_tier
    found = [code for code in _tier_codes(result) if code in current or code in draft]
    nothing = TierTotals()
    return tuple(
        TierMeasures(
            tier_name(code, result),
            tuple(
                Measure(title, Cell(kind, value(now)), Cell(kind, value(then)))
                for title, kind, value in _tier_measures()
            ),
        )
        for code, now, then in ((code, current.get(code, nothing), draft.get(code, nothing)) for code in found)
    )


def winners_of(result: WhatIf) -> tuple[TierWinners, ...]:
    """By the tier in which the version in force leaves a member at the end of the period; all together last."""
    by_tier = result.comparison.by_tier
    found = [(tier_name(code, result), by_tier[code]) for code in _tier_codes(result) if code in by_tier]
    rows = [_winners_row(title, tier) for title, tier in found]
    if len(rows) > 1:
        rows.append(_winners_row(_("All together"), result.comparison.whole))
    return tuple(rows)


def winners_columns() -> tuple[str, ...]:
    return _("Members"), _("Win"), _("They get more"), _("Lose"), _("They get less")


def tier_name(code: str, result: WhatIf) -> str:
    """In the reader's language; what the draft calls it goes first."""
    if code == NO_TIER:
        return _("without a tier")
    titles = {own: (ru, en) for tried in (result.current, result.draft) for own, ru, en in tried.tiers}
    ru, en = titles.get(code, (code, code))
    return en if (get_language() or "ru").startswith("en") else ru


def _tier_codes(result: WhatIf) -> list[str]:
    programs: tuple[TriedProgram, ...] = (result.draft, result.current)
    named = [code for tried in programs for code, _ru, _en in tried.tiers]
    return [*dict.fromkeys([*named, *result.current.totals.by_tier, *result.draft.totals.by_tier])]


def _winners_row(title: str, tier: Winners) -> TierWinners:
    return TierWinners(
        title,
        Cell(Kind.COUNT, tier.members),
        Cell(Kind.COUNT, tier.winners),
        Cell(Kind.MONEY, tier.gained_kopecks),
        Cell(Kind.COUNT, tier.losers),
        Cell(Kind.MONEY, tier.lost_kopecks),
    )


def _measures() -> tuple[tuple[str, Kind, Callable[[Figures], int], str], ...]:
    return (
        (
            _("Cost of the program"),
            Kind.MONEY,
            lambda figures: figures.cost_kopecks,
            _("What patients would not have paid: discounts and points spent."),
        ),
        (
            _("Effective discount"),
            Kind.RATE,
            lambda figures: figures.effective_discount_bp,
            _("The cost as a share of the receipts before discounts."),
        ),
        (
            _("Receipts before discounts"),
            Kind.MONEY,
            lambda figures: figures.price_kopecks,
            _("At the prices of then; what refunds have given back is taken off."),
        ),
        (
            _("Number of receipts"),
            Kind.COUNT,
            lambda figures: figures.receipts,
            _("All receipts of the period, but for those given back in full."),
        ),
        (
            _("Discounts"),
            Kind.MONEY,
            lambda figures: figures.discount_kopecks,
            _("Promotions, the discount card and discounts by hand."),
        ),
        (
            _("Paid with points"),
            Kind.MONEY,
            lambda figures: figures.points_kopecks,
            _("As much money as the patient paid with points then, if balance and limit allow."),
        ),
        (
            _("Paid in money"),
            Kind.MONEY,
            lambda figures: figures.paid_kopecks,
            _("The receipts without discounts and without what points have paid."),
        ),
        (
            _("Points issued"),
            Kind.COUNT,
            lambda figures: figures.points_issued,
            _("For receipts, and as a welcome to new members."),
        ),
        (_("Points spent"), Kind.COUNT, lambda figures: figures.points_spent, _("Those that have paid receipts.")),
        (
            _("Points burnt"),
            Kind.COUNT,
            lambda figures: figures.points_burnt,
            _("Those whose last day came within the period."),
        ),
        (
            _("Points left"),
            Kind.COUNT,
            lambda figures: figures.points_left,
            _("At the end of the period: available, and those that wait for their day."),
        ),
        (
            _("Points expected to burn"),
            Kind.COUNT,
            lambda figures: figures.points_to_burn,
            _("Of the points left that have a last day: as large a share as burnt of all spent and burnt points."),
        ),
        (
            _("Liability"),
            Kind.MONEY,
            lambda figures: figures.liability_kopecks,
            _("The value of all points left: as much the clinics owe in services."),
        ),
    )


def _tier_measures() -> tuple[tuple[str, Kind, Callable[[TierTotals], int]], ...]:
    return (
        (_("Members at the end"), Kind.COUNT, lambda tier: tier.members),
        (_("Number of receipts"), Kind.COUNT, lambda tier: tier.receipts),
        (_("Cost of the program"), Kind.MONEY, lambda tier: tier.cost_kopecks),
        (_("Effective discount"), Kind.RATE, lambda tier: tier.effective_discount_bp),
        (_("Points issued"), Kind.COUNT, lambda tier: tier.points_issued),
        (_("Points on a receipt, on average"), Kind.AVERAGE, lambda tier: tier.points_per_receipt_hundredths),
        (_("Points spent"), Kind.COUNT, lambda tier: tier.points_spent),
    )
