"""When a rule applies: its conditions over what is known of a receipt and a member.

A condition answers with None when it holds, else with the reason why it does not. An attribute that is not
known (no birth date) skips the rule with a reason of its own; it is never an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from clinics.calendar import age_on
from loyalty.rules.amounts import kopecks_of
from loyalty.rules.facts import MemberFacts, ReceiptFacts
from loyalty.rules.reasons import Reason
from loyalty.rules.shapes import day_of

# How near a rule's target is to a line: its service, one of its categories (the nearest first), or anything.
SERVICE, NEAREST_CATEGORY, ANYTHING = 1_000, 999, 0

Document = Mapping[str, Any]


class Situation(NamedTuple):
    """A receipt and a member as conditions ask about them; made once per quote."""

    clinic: str
    day: date
    weekday: int
    minute_of_day: int
    sum_kopecks: int
    booked_online: bool
    tier: str | None
    tags: frozenset[str]
    social_groups: frozenset[str]
    source: str
    sex: str
    age: int | None
    visit: int  # the number of this visit, from 1

    @classmethod
    def of(cls, *, member: MemberFacts, receipt: ReceiptFacts, tier: str | None) -> "Situation":
        day = receipt.clinic_day or receipt.day
        return cls(
            clinic=receipt.clinic,
            day=day,
            weekday=day.isoweekday(),
            minute_of_day=receipt.minute_of_day,
            sum_kopecks=receipt.total_kopecks,
            booked_online=receipt.booked_online,
            tier=tier,
            tags=member.tags,
            social_groups=member.social_groups,
            source=member.source,
            sex=member.sex,
            age=None if member.birth_date is None else age_on(member.birth_date, day),
            visit=member.visits + 1,
        )


Check = Callable[[Situation], Reason | None]


@dataclass(frozen=True, slots=True)
class Conditions:
    """`checks` are of the receipt and the patient; targets and doctors are of a line."""

    services: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    doctors: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    asks_for_tags: bool = False  # the clinic's own note of a patient
    # One thing that a situation must have for the rule to apply at all: rules are looked up by it.
    trait: tuple[tuple[str, str], ...] = ()

    @property
    def has_target(self) -> bool:
        return bool(self.services or self.categories)

    @property
    def is_always_true(self) -> bool:
        return not (self.has_target or self.doctors or self.checks)

    def why_not(self, situation: Situation) -> Reason | None:
        for check in self.checks:
            reason = check(situation)
            if reason is not None:
                return reason
        return None


def compile_conditions(when: Document) -> Conditions:
    """Of a valid document's `when`."""
    trait = next((name for name in TRAITS if name in when), None)
    return Conditions(
        services=frozenset(when.get("services", ())),
        categories=frozenset(when.get("categories", ())),
        doctors=frozenset(when.get("doctors", ())),
        checks=tuple(make(when[name]) for name, make in CHECKS.items() if name in when),
        asks_for_tags="tags" in when,
        trait=() if trait is None else tuple((trait, str(value)) for value in when[trait]),
    )


def traits_of(situation: Situation) -> list[tuple[str, str]]:
    """Everything by which a rule may be looked up."""
    found = [("sources", situation.source), ("clinics", situation.clinic)]
    found += [("tags", tag) for tag in situation.tags]
    found += [("social_groups", group) for group in situation.social_groups]
    return found


# The rarest first. Rules for other tiers, days and hours are looked at all the same: who stands at the desk asks
# why they do not count today.
TRAITS = ("tags", "social_groups", "sources", "clinics")


def _one_of(read: Callable[[Situation], object], code: str) -> Callable[[Any], Check]:
    def make(allowed: Any) -> Check:
        values, failure = frozenset(allowed), Reason(code)
        return lambda situation: None if read(situation) in values else failure

    return make


def _any_of(read: Callable[[Situation], frozenset[str]], code: str) -> Callable[[Any], Check]:
    def make(wanted: Any) -> Check:
        values, failure = frozenset(wanted), Reason(code)
        return lambda situation: failure if values.isdisjoint(read(situation)) else None

    return make


def _hours(hours: Document) -> Check:
    first, end = minutes_of(hours["from"]), minutes_of(hours["to"])
    failure = Reason("not_this_hour", (("from", hours["from"]), ("to", hours["to"])))
    return lambda situation: None if first <= situation.minute_of_day < end else failure


def minutes_of(time_of_day: str) -> int:
    """Minutes since midnight of a text like 09:30; 24:00 is the day's end."""
    hours, minutes = time_of_day.split(":")
    return int(hours) * 60 + int(minutes)


def _days(days: Document) -> Check:
    first, last = day_of(days.get("first_day")), day_of(days.get("last_day"))
    early = Reason("not_yet", (("day", str(first)),))
    late = Reason("no_longer", (("day", str(last)),))

    def check(situation: Situation) -> Reason | None:
        if first is not None and situation.day < first:
            return early
        return late if last is not None and situation.day > last else None

    return check


def _receipt_roubles(bounds: Document) -> Check:
    least = kopecks_of(bounds.get("from", 0))
    most = kopecks_of(bounds["to"]) if "to" in bounds else None
    small = Reason("sum_too_small", (("least", least),))
    large = Reason("sum_too_large", (("most", most or 0),))

    def check(situation: Situation) -> Reason | None:
        if situation.sum_kopecks < least:
            return small
        return large if most is not None and situation.sum_kopecks > most else None

    return check


def _booked_online(wanted: bool) -> Check:
    failure = Reason("not_booked_online" if wanted else "booked_online")
    return lambda situation: None if situation.booked_online is wanted else failure


def _age(bounds: Document) -> Check:
    youngest, oldest = bounds.get("from", 0), bounds.get("to", 150)
    unknown = Reason("birth_date_unknown")
    failure = Reason("not_this_age", (("from", youngest), ("to", oldest)))

    def check(situation: Situation) -> Reason | None:
        if situation.age is None:
            return unknown
        return None if youngest <= situation.age <= oldest else failure

    return check


def _sex(wanted: str) -> Check:
    unknown, failure = Reason("sex_unknown"), Reason("not_this_sex")

    def check(situation: Situation) -> Reason | None:
        if not situation.sex:
            return unknown
        return None if situation.sex == wanted else failure

    return check


def _patients(wanted: str) -> Check:
    if wanted == "new":
        regular = Reason("not_new")
        return lambda situation: None if situation.visit == 1 else regular
    newcomer = Reason("not_regular")
    return lambda situation: newcomer if situation.visit == 1 else None


def _visit(visit: Document) -> Check:
    number = visit.get("number") or visit["every"]
    failure = Reason(f"not_visit_{visit['kind']}", (("number", number),))
    if visit["kind"] == "number":
        return lambda situation: None if situation.visit == number else failure
    return lambda situation: failure if situation.visit % number else None


CHECKS: dict[str, Callable[[Any], Check]] = {
    "clinics": _one_of(lambda situation: situation.clinic, "not_this_clinic"),
    "weekdays": _one_of(lambda situation: situation.weekday, "not_this_weekday"),
    "hours": _hours,
    "days": _days,
    "receipt_roubles": _receipt_roubles,
    "booked_online": _booked_online,
    "tiers": _one_of(lambda situation: situation.tier, "not_this_tier"),
    "tags": _any_of(lambda situation: situation.tags, "no_such_tag"),
    "sources": _one_of(lambda situation: situation.source, "not_this_source"),
    "social_groups": _any_of(lambda situation: situation.social_groups, "not_this_social_group"),
    "sex": _sex,
    "age": _age,
    "patients": _patients,
    "visit": _visit,
}
