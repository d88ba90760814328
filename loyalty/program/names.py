"""Names of what a program speaks of by code: services, categories, doctors, clinics, tags, groups, channels.

A code that nothing is known of is its own name, so a program can be told before its price list is filled in; the
categories of the presets have names even then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, Model, Value
from django.utils.translation import get_language

from clinics.models import Clinic, Doctor, Service, ServiceCategory
from loyalty.program.preset_categories import TITLES
from loyalty.rules.rule_checks import earning_rules, gifts, promotions
from patients.models import SocialGroup, SourceChannel, Tag

Document = Mapping[str, Any]

# By the field of a document that lists their codes.
MODELS: dict[str, type[Model]] = {
    "services": Service,
    "categories": ServiceCategory,
    "doctors": Doctor,
    "clinics": Clinic,
    "tags": Tag,
    "social_groups": SocialGroup,
    "sources": SourceChannel,
}
# Sources are older than their channels: an import brings codes that no channel has.
WITHOUT_A_LIST = frozenset({"sources"})


@dataclass(frozen=True, slots=True)
class NamedCode:
    """A code of the price list or of the patients' lists, and where the document names it."""

    path: str
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    text_en: str = ""  # empty: the same in every language

    def __str__(self) -> str:
        is_english = (get_language() or "").startswith("en")
        return self.text_en if is_english and self.text_en else self.text


@dataclass(frozen=True, slots=True)
class Names:
    by_code: Mapping[tuple[str, str], Name] = field(default_factory=dict)

    def of(self, kind: str, code: str) -> str:
        name = self.by_code.get((kind, code))
        if name is None and kind == "categories" and code in TITLES:
            name = Name(*TITLES[code])
        return code if name is None else str(name)

    def knows(self, named: NamedCode) -> bool:
        return (named.kind, named.code) in self.by_code


NO_NAMES = Names()


def read_names(*documents: Document) -> Names:
    """Names of all that valid documents speak of. One query, none when they name nothing."""
    codes = defaultdict(set)
    for document in documents:
        for named in named_codes(document):
            codes[named.kind].add(named.code)
    queries = [_named_rows(kind, found) for kind, found in sorted(codes.items())]
    if not queries:
        return NO_NAMES
    rows = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]
    return Names({(kind, code): Name(name, name_en) for kind, code, name, name_en in rows})


def _named_rows(kind: str, codes: Iterable[str]) -> Any:
    model = MODELS[kind]
    english = F("name_en") if model is SocialGroup else Value("", output_field=CharField())
    return (
        model._default_manager.filter(code__in=sorted(codes))
        .annotate(kind_of=Value(kind, output_field=CharField()), english=english)
        .values_list("kind_of", "code", "name", "english")
    )


def named_codes(document: Document) -> Iterator[NamedCode]:
    """In the order of the document."""
    for placed in earning_rules(document):
        yield from _codes_in(placed.when, f"{placed.path}.when")
    yield from _codes_in(document["earning"].get("nothing_on", {}), "$.earning.nothing_on")
    yield from _codes_in(document["redemption"].get("nothing_on", {}), "$.redemption.nothing_on")
    for placed in promotions(document):
        yield from _codes_in(placed.when, f"{placed.path}.when")
    for placed in gifts(document):
        yield from _codes_in(placed.rule["trigger"].get("of", {}), f"{placed.path}.trigger.of")


def _codes_in(place: Any, path: str) -> Iterator[NamedCode]:
    # An activity's `of` is a word, not a list of targets.
    for kind in MODELS if isinstance(place, Mapping) else ():
        for index, code in enumerate(place.get(kind, ())):
            yield NamedCode(f"{path}.{kind}[{index}]", kind, code)
