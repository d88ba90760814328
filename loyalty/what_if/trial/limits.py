"""What budgets and caps per patient have given in a trial.

Caps per patient are counted as the desk counts them. A budget is of all members together, who are lived one after
the other: so the first run only counts what each budget gives on each day, and where that is too much, the next
run gives it up to the day on which it ran out (`Stop`), and of that day what was left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from clinics.money import split_by_largest_remainder
from loyalty.rules.engine import Decision
from loyalty.rules.facts import ReceiptFacts
from loyalty.rules.limits import Limit, LimitKey, LimitKind, Used, period_start


class BudgetPlace(NamedTuple):
    """One budget of one period, and of one clinic where clinics have their own."""

    rule_code: str
    clinic: str  # code; "" is all together
    period_start: date


class Stop(NamedTuple):
    """A budget that runs out on the day, of which `left` may still be given."""

    day: date
    left: int


Stops = Mapping[BudgetPlace, Stop]
BudgetUse = dict[BudgetPlace, dict[date, int]]


@dataclass(slots=True)
class PatientUse:
    """What one member has been given; points of rules, kopecks of promotions."""

    given: dict[tuple[str, date], int] = field(default_factory=dict)  # by rule code and first day of the period


@dataclass(slots=True)
class LimitCounts:
    limits: Sequence[Limit]
    stops: Stops = field(default_factory=dict)
    by_day: BudgetUse = field(default_factory=dict)

    def used(self, patient: PatientUse, receipt: ReceiptFacts) -> Used:
        """What limits have given before the receipt."""
        found: dict[LimitKey, int] = {}
        day = receipt.clinic_day or receipt.day
        for limit in self.limits:
            start = period_start(limit.period, day)
            if limit.kind is LimitKind.PATIENT:
                found[limit.key] = patient.given.get((limit.rule_code, start), 0)
            else:
                place = _place(limit, clinic=receipt.clinic, start=start)
                found[limit.key] = self._budget_used(limit, place, day)
        return found

    def count(self, decision: Decision, patient: PatientUse, receipt: ReceiptFacts) -> None:
        day = receipt.clinic_day or receipt.day
        for limit in self.limits:
            given = decision.given_by(limit.rule_code)
            if not given:
                continue
            start = period_start(limit.period, day)
            if limit.kind is LimitKind.PATIENT:
                key = (limit.rule_code, start)
                patient.given[key] = patient.given.get(key, 0) + given
            else:
                days = self.by_day.setdefault(_place(limit, clinic=receipt.clinic, start=start), {})
                days[day] = days.get(day, 0) + given

    def _budget_used(self, limit: Limit, place: BudgetPlace, day: date) -> int:
        stop = self.stops.get(place)
        if stop is None or day < stop.day:
            return 0
        if day > stop.day:
            return limit.amount
        today = self.by_day.get(place, {}).get(day, 0)
        return limit.amount - max(0, stop.left - today)


def _place(limit: Limit, *, clinic: str, start: date) -> BudgetPlace:
    return BudgetPlace(limit.rule_code, clinic if limit.per_clinic else "", start)


def new_stops(limits: Iterable[Limit], halves: Sequence[BudgetUse]) -> list[dict[BudgetPlace, Stop]]:
    """Where budgets ran out in a run over several parts of the members: what each part may still give that day.

    Empty when every budget sufficed.
    """
    amounts = {limit.rule_code: limit.amount for limit in limits if limit.kind is LimitKind.BUDGET}
    stops: list[dict[BudgetPlace, Stop]] = [{} for _half in halves]
    for place in sorted({place for half in halves for place in half}):
        left = amounts[place.rule_code]
        for day in sorted({day for half in halves for day in half.get(place, {})}):
            wanted = [half.get(place, {}).get(day, 0) for half in halves]
            if sum(wanted) > left:
                for own, share in zip(stops, split_by_largest_remainder(left, wanted), strict=True):
                    own[place] = Stop(day, share)
                break
            left -= sum(wanted)
    return stops
