"""How much a rule may still give: budgets of the program, and caps per patient and period.

Points or kopecks, in the unit of what the rule gives. What has been used is a fact that the caller brings;
who posts must read it under a lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinics.calendar import Period, start_of_period
from loyalty.rules.reasons import Reason


class LimitKind(StrEnum):
    BUDGET = "budget"  # of all patients together
    PATIENT = "patient"


class LimitPeriod(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    PROGRAM = "program"  # once and for all, over every version that has the rule


@dataclass(frozen=True, slots=True)
class Limit:
    rule_code: str
    kind: LimitKind
    amount: int
    period: LimitPeriod
    per_clinic: bool = False
    gives_part: bool = True  # when less is left than wanted; else nothing

    @property
    def key(self) -> "LimitKey":
        return self.rule_code, self.kind


LimitKey = tuple[str, LimitKind]
Used = Mapping[LimitKey, int]
NOTHING_USED: Used = {}
EVER_SINCE = date(2000, 1, 1)
PERIODS: dict[LimitPeriod, Period] = {
    LimitPeriod.MONTH: "month",
    LimitPeriod.QUARTER: "quarter",
    LimitPeriod.YEAR: "year",
}


def period_start(period: LimitPeriod, day: date) -> date:
    """First day of the period that a receipt's day counts to, in its clinic's calendar."""
    return EVER_SINCE if period is LimitPeriod.PROGRAM else start_of_period(day, PERIODS[period])


def within_limits(wanted: int, limits: tuple[Limit, ...], used: Used) -> tuple[int, Reason | None]:
    """What may be given of what is wanted, and why it is less."""
    given, reason = wanted, None
    for limit in limits:
        left = max(0, limit.amount - used.get(limit.key, 0))
        if left >= given:
            continue
        given = left if limit.gives_part else 0
        reason = Reason(
            f"{limit.kind.value}_used_up",
            (("rule", limit.rule_code), ("amount", limit.amount), ("left", left), ("lost", wanted - given)),
        )
    return given, reason
