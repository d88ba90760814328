"""Counts two programs over the past in two processes, and once more where a budget has run out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import partial
from typing import Any

from django.utils import timezone

from clinics.calendar import add_months
from loyalty.rules.compilation import compile_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.limits import LimitKind
from loyalty.what_if.children import live_parts
from loyalty.what_if.part import PartJob, Side, SideResult
from loyalty.what_if.result import TriedProgram, WhatIf
from loyalty.what_if.streams import Part, Period, split_receipts
from loyalty.what_if.trial.limits import BudgetPlace, Stop, new_stops

PARTS = 2
# Each pass settles the budgets that run out first; later ones can only move those after them.
MOST_PASSES = 4

Report = Callable[[int, int], None]  # receipts done, of how many


@dataclass(slots=True)
class _Side:
    """One program over the passes; stops are by part."""

    document: dict[str, Any]
    program: CompiledProgram
    stops: list[dict[BudgetPlace, Stop]] = field(default_factory=lambda: [{} for _part in range(PARTS)])

    @property
    def has_budgets(self) -> bool:
        return any(limit.kind is LimitKind.BUDGET for limit in self.program.limits)

    def stop_budgets(self, results: Sequence[SideResult]) -> bool:
        """Whether some have run out that did not stop yet, or on an earlier day."""
        found = new_stops(self.program.limits, [result.budget_use for result in results])
        for own, new in zip(self.stops, found, strict=True):
            own.update(new)
        return any(found)

    def tried(self, results: Sequence[SideResult]) -> TriedProgram:
        totals = results[0].totals
        for result in results[1:]:
            totals.add(result.totals)
        return TriedProgram.of(self.program, totals)


def past_months(months: int, *, at: datetime) -> Period:
    """From midnight of the same day so many months ago, in the network's own zone, to the moment."""
    first_day = add_months(timezone.localtime(at).date(), -months)
    return Period(timezone.make_aware(datetime.combine(first_day, time())), at)


def count_what_if(*, current: dict[str, Any], draft: dict[str, Any], period: Period, report: Report) -> WhatIf:
    """Both documents over the receipts of the period. Writes nothing.

    `report` hears how far it is, and again from time to time; what it raises stops the counting.
    Raises PartFailed.
    """
    sides = [_Side(document, compile_program(document)) for document in (current, draft)]
    receipts, parts = split_receipts(period, parts=PARTS)
    bar = _Bar(report, receipts=receipts, passes=2 if any(s.has_budgets for s in sides) else 1)
    for turn in range(MOST_PASSES):
        results = live_parts(_jobs(sides, parts, period), report=partial(bar.move, turn=turn))
        now, then = [result.current for result in results], [result.draft for result in results]
        has_stopped = [side.stop_budgets(own) for side, own in zip(sides, (now, then), strict=True)]
        if not any(has_stopped):
            break
    comparison = results[0].comparison
    for result in results[1:]:
        comparison.add(result.comparison)
    return WhatIf(
        period=period,
        current=sides[0].tried(now),
        draft=sides[1].tried(then),
        comparison=comparison,
        are_budgets_exact=not any(has_stopped),
    )


def _jobs(sides: Sequence[_Side], parts: Sequence[Part], period: Period) -> list[PartJob]:
    return [
        PartJob(
            period=period,
            part=part,
            current=Side(sides[0].document, sides[0].stops[part.number]),
            draft=Side(sides[1].document, sides[1].stops[part.number]),
        )
        for part in parts
    ]


@dataclass(slots=True)
class _Bar:
    """Never goes back: a program with budgets is expected to be counted twice."""

    report: Report
    receipts: int
    passes: int
    done: int = 0

    def move(self, receipts: int, *, turn: int) -> None:
        self.passes = max(self.passes, turn + 1)
        self.done += receipts
        self.report(self.done, self.receipts * self.passes)
