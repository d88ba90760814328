"""Rules looked up by what they ask for, so that a quote touches those that can match and not all that exist."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from loyalty.rules.conditions import ANYTHING, NEAREST_CATEGORY, SERVICE, Conditions, Situation, traits_of
from loyalty.rules.facts import LineFacts
from loyalty.rules.reasons import Reason


class ConditionalRule(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def conditions(self) -> Conditions: ...


RuleT = TypeVar("RuleT", bound=ConditionalRule)


# Services times doctors of a large network; whoever sells more begins to remember anew.
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Candidates(Generic[RuleT]):
    """The rules that mean a line by what was sold and who did it, each with how near its target is.

    One for all lines of the same goods and doctor, and a key by itself.
    """

    certain: tuple[tuple[RuleT, int], ...]
    conditional: tuple[tuple[RuleT, int], ...]  # ask about the receipt and the patient besides


@dataclass(frozen=True, slots=True)
class RuleBook(Generic[RuleT]):
    """Every rule stands under its services and categories, else its doctors, else one trait, else unbound."""

    by_service: Mapping[str, tuple[RuleT, ...]]
    by_category: Mapping[str, tuple[RuleT, ...]]
    by_doctor: Mapping[str, tuple[RuleT, ...]]
    by_trait: Mapping[tuple[str, str], tuple[RuleT, ...]]
    unbound: tuple[RuleT, ...]
    # By what was sold: receipts repeat it, and rules never change.
    candidates: dict[Hashable, Candidates[RuleT]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )


def make_book(rules: Iterable[RuleT]) -> RuleBook[RuleT]:
    shelves: dict[tuple[str, Hashable], list[RuleT]] = defaultdict(list)
    for rule in rules:
        for place in _places(rule.conditions):
            shelves[place].append(rule)

    def shelf(name: str) -> dict[Any, tuple[RuleT, ...]]:
        return {key: tuple(found) for (kind, key), found in shelves.items() if kind == name}

    return RuleBook(
        by_service=shelf("service"),
        by_category=shelf("category"),
        by_doctor=shelf("doctor"),
        by_trait=shelf("trait"),
        unbound=shelf("unbound").get("", ()),
    )


def _places(conditions: Conditions) -> Iterator[tuple[str, Hashable]]:
    if conditions.has_target:
        yield from (("service", code) for code in conditions.services)
        yield from (("category", code) for code in conditions.categories)
    elif conditions.doctors:
        yield from (("doctor", code) for code in conditions.doctors)
    elif conditions.trait:
        yield from (("trait", trait) for trait in conditions.trait)
    else:
        yield "unbound", ""


def remember(known: dict[Hashable, Any], key: Hashable, value: Any) -> None:
    """Keep what follows from rules alone. Threads may do it at once: at worst something is worked out twice."""
    if len(known) >= MOST_REMEMBERED:
        known.clear()
    known[key] = value


class Matching(Generic[RuleT]):
    """The rules of a book in one situation; asks every condition at most once."""

    def __init__(self, book: RuleBook[RuleT], situation: Situation) -> None:
        self.failures: dict[str, Reason] = {}  # by rule code: rules that mean a line but do not apply
        self._book = book
        self._situation = situation
        self._passed: dict[str, bool] = {}
        self._anywhere = [(rule, ANYTHING) for rule in self._of_any_line() if self._passes(rule)]
        self._anywhere_codes = tuple([rule.code for rule, _near in self._anywhere])

    def rules_for(self, line: LineFacts) -> list[tuple[RuleT, int]]:
        """The rules that apply to the line, each with how near its target is."""
        candidates = self._candidates(line)
        passed = [found for found in candidates.conditional if self._passes(found[0])]
        return [*self._anywhere, *candidates.certain, *passed]

    def key_of(self, line: LineFacts) -> Hashable:
        """Equal for lines of which `rules_for` says the same, whatever the receipt and the patient."""
        candidates = self._candidates(line)
        passed = tuple([self._passes(rule) for rule, _near in candidates.conditional])
        return candidates, self._anywhere_codes, passed

    def _candidates(self, line: LineFacts) -> Candidates[RuleT]:
        remembered = self._book.candidates
        key = (line.service, line.categories, line.doctor)
        found = remembered.get(key)
        if found is None:
            found = self._look_up(line)
            remember(remembered, key, found)
        return found

    def _look_up(self, line: LineFacts) -> Candidates[RuleT]:
        found: dict[str, tuple[RuleT, int]] = {}
        for nearness, shelf in self._shelves(line):
            for rule in shelf:
                doctors = rule.conditions.doctors
                if not doctors or line.doctor in doctors:
                    # The nearest shelf comes first: that is how near the rule's target is.
                    found.setdefault(rule.code, (rule, nearness))
        return Candidates(
            certain=tuple([each for each in found.values() if not each[0].conditions.checks]),
            conditional=tuple([each for each in found.values() if each[0].conditions.checks]),
        )

    def _shelves(self, line: LineFacts) -> list[tuple[int, Sequence[RuleT]]]:
        """Where rules that may mean the line stand, the nearest target first."""
        book = self._book
        shelves: list[tuple[int, Sequence[RuleT]]] = []
        if line.service is not None and (shelf := book.by_service.get(line.service)):
            shelves.append((SERVICE, shelf))
        for depth, category in enumerate(line.categories):
            if shelf := book.by_category.get(category):
                shelves.append((NEAREST_CATEGORY - depth, shelf))
        if line.doctor is not None and (shelf := book.by_doctor.get(line.doctor)):
            shelves.append((ANYTHING, shelf))
        return shelves

    def _of_any_line(self) -> list[RuleT]:
        rules = list(self._book.unbound)
        if self._book.by_trait:
            for trait in traits_of(self._situation):
                rules += self._book.by_trait.get(trait, ())
        return list({rule.code: rule for rule in rules}.values())

    def _passes(self, rule: RuleT) -> bool:
        if not rule.conditions.checks:
            return True
        passed = self._passed.get(rule.code)
        if passed is None:
            reason = rule.conditions.why_not(self._situation)
            passed = self._passed[rule.code] = reason is None
            if reason is not None:
                self.failures[rule.code] = reason
        return passed
