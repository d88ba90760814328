"""One part of the members under both programs: what one child process of a run does, and what it sends back.

Jobs and results travel as JSON. A job carries the documents themselves: a draft that is edited meanwhile changes
nothing in a run that has begun.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from loyalty.rules.compilation import compile_program
from loyalty.what_if.reading import read_past
from loyalty.what_if.streams import Part, Period
from loyalty.what_if.trial.comparison import Comparison, live_under_both
from loyalty.what_if.trial.limits import BudgetPlace, BudgetUse, LimitCounts, Stop, Stops
from loyalty.what_if.trial.member import Trial
from loyalty.what_if.trial.totals import Totals

# Often enough for a bar that moves, seldom enough to cost nothing.
RECEIPTS_PER_REPORT = 1_000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two programs, with what is known of its budgets from an earlier run."""

    document: dict[str, Any]
    stops: Stops = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartJob:
    period: Period
    part: Part
    current: Side
    draft: Side

    def as_json(self) -> dict[str, Any]:
        return {
            "starts_at": self.period.starts_at.isoformat(),
            "until": self.period.until.isoformat(),
            "part": [self.part.number, self.part.after_id, self.part.last_id],
            "sides": [
                {"document": side.document, "stops": _stops_as_json(side.stops)}
                for side in (self.current, self.draft)
            ],
        }

    @classmethod
    def from_json(cls, job: Mapping[str, Any]) -> "PartJob":
        current, draft = (Side(side["document"], _stops_from_json(side["stops"])) for side in job["sides"])
        period = Period(datetime.fromisoformat(job["starts_at"]), datetime.fromisoformat(job["until"]))
        return cls(period=period, part=Part(*job["part"]), current=current, draft=draft)


@dataclass(slots=True)
class SideResult:
    totals: Totals
    budget_use: BudgetUse

    def as_json(self) -> dict[str, Any]:
        use = [
            [*_place_as_json(place), day.isoformat(), used]
            for place, days in self.budget_use.items()
            for day, used in days.items()
        ]
        return {"totals": self.totals.as_json(), "budget_use": use}

    @classmethod
    def from_json(cls, result: Mapping[str, Any]) -> "SideResult":
        use: BudgetUse = {}
        for rule_code, clinic, start, day, used in result["budget_use"]:
            place = BudgetPlace(rule_code, clinic, date.fromisoformat(start))
            use.setdefault(place, {})[date.fromisoformat(day)] = used
        return cls(Totals.from_json(result["totals"]), use)


@dataclass(slots=True)
class PartResult:
    current: SideResult
    draft: SideResult
    comparison: Comparison

    def as_json(self) -> dict[str, Any]:
        return {
            "current": self.current.as_json(),
            "draft": self.draft.as_json(),
            "comparison": self.comparison.as_json(),
        }

    @classmethod
    def from_json(cls, result: Mapping[str, Any]) -> "PartResult":
        return cls(
            SideResult.from_json(result["current"]),
            SideResult.from_json(result["draft"]),
            Comparison.from_json(result["comparison"]),
        )


def live_part(job: PartJob, *, report: Callable[[int], None]) -> PartResult:
    """Live the part's past under both programs; `report` is told how many more receipts are done.

    Reads by server-side cursors: call inside a transaction. Writes nothing.
    """
    current, draft = _trial(job.current), _trial(job.draft)
    comparison = Comparison()
    done = 0
    for past in read_past(job.period, job.part, current=current.program, draft=draft.program):
        live_under_both(past, current=current, draft=draft, into=comparison)
        done += len(past.receipts)
        if done >= RECEIPTS_PER_REPORT:
            report(done)
            done = 0
    report(done)
    return PartResult(
        SideResult(current.totals, current.limits.by_day),
        SideResult(draft.totals, draft.limits.by_day),
        comparison,
    )


def _trial(side: Side) -> Trial:
    program = compile_program(side.document)
    return Trial(program, LimitCounts(program.limits, side.stops), Totals())


def _stops_as_json(stops: Stops) -> list[list[Any]]:
    return [[*_place_as_json(place), stop.day.isoformat(), stop.left] for place, stop in stops.items()]


def _stops_from_json(stops: list[list[Any]]) -> Stops:
    return {
        BudgetPlace(rule_code, clinic, date.fromisoformat(start)): Stop(date.fromisoformat(day), left)
        for rule_code, clinic, start, day, left in stops
    }


def _place_as_json(place: BudgetPlace) -> tuple[str, str, str]:
    return place.rule_code, place.clinic, place.period_start.isoformat()
