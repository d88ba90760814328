"""Finds a patient by phone, its last digits, card number, scanned QR or name: for the desk, lists, autocomplete.

Whoever is identified stands at the desk, so a whole phone or card number is looked up in the whole network.
Browsing, by a name or the end of a phone, never leaves the clinics of the member of staff.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from patients.models import Card, Patient
from patients.names import Layout
from patients.search_text import FoundBy, SearchText, read_search
from patients.typed_codes import TypedCode

MOST_MATCHES = 10


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`patients` holds at most 10; `has_more` says that the text fits others too.

    `phone` is set when the text was a whole phone number, `phone_end` when it held the last digits of one,
    `closed_card` when the card found is not active. `wrong_card` is a number that fails its check digit,
    `wrong_layout` tells how the keyboard was switched by mistake. `scanned` is set when the text was a whole QR:
    its code has not been looked at.
    """

    found_by: FoundBy
    patients: tuple[Patient, ...] = ()
    has_more: bool = False
    phone: str | None = None
    phone_end: str = ""
    closed_card: Card | None = None
    wrong_card: str = ""
    wrong_layout: Layout | None = None
    scanned: TypedCode | None = None


def active_patients() -> QuerySet[Patient]:
    """Patients who are neither merged into another nor erased."""
    return Patient.objects.filter(merged_into=None, erased_at=None)


def find_patients(text: str, *, clinic_ids: Collection[int]) -> SearchResult:
    """Whoever the text means. At most two queries, whatever the number of patients."""
    sought = read_search(text)
    if sought.card:
        return replace(_by_card(sought), found_by=sought.found_by, scanned=sought.scanned)
    if sought.phone:
        found = active_patients().filter(phone=sought.phone).select_related("home_clinic")
        patients = tuple(found[:1]) or _merged_with_phone(sought.phone)
        return SearchResult(found_by=FoundBy.PHONE, patients=patients, phone=sought.phone)
    if sought.is_browsing:
        return _browse(sought, clinic_ids=clinic_ids)
    return SearchResult(found_by=FoundBy.NOTHING)


def matching_patients(
    text: str, *, rows: QuerySet[Patient], clinic_ids: Collection[int] | None = None
) -> QuerySet[Patient]:
    """Of `rows` all whom the text means, for lists with pages of their own; closed cards find their patients too.

    With `clinic_ids` browsing stays in these clinics. One query for a phone, and where a name may be read in two
    layouts.
    """
    sought = read_search(text)
    if sought.card:
        owner = Coalesce("patient__merged_into", "patient")
        return rows.filter(pk__in=Card.objects.filter(number=sought.card).annotate(owner=owner).values("owner"))
    if sought.phone:
        found = rows.filter(phone=sought.phone)
        if found.order_by().exists():
            return found
        # One condition for both would read the whole table.
        merged = Patient.objects.filter(phone=sought.phone, merged_into__isnull=False)
        return rows.filter(pk__in=merged.values("merged_into"))
    if not sought.is_browsing:
        return rows.none()
    if clinic_ids is not None:
        rows = rows.filter(home_clinic__in=clinic_ids)
    readings = [rows.filter(condition) for condition, _layout in _conditions(sought)]
    for reading in readings[:-1]:
        if reading.order_by().exists():
            return reading
    return readings[-1]


def _by_card(sought: SearchText) -> SearchResult:
    if sought.has_wrong_check_digit:
        return SearchResult(found_by=FoundBy.CARD, wrong_card=sought.card)
    card = (
        Card.objects.filter(number=sought.card)
        .select_related("patient__home_clinic", "patient__merged_into__home_clinic")
        .first()
    )
    if card is None:
        return SearchResult(found_by=FoundBy.CARD)
    owner = card.patient.merged_into or card.patient
    if not owner.is_active:
        return SearchResult(found_by=FoundBy.CARD)
    if card.status != Card.Status.ACTIVE:
        return SearchResult(found_by=FoundBy.CARD, closed_card=card)
    return SearchResult(found_by=FoundBy.CARD, patients=(owner,))


def _merged_with_phone(phone: str) -> tuple[Patient, ...]:
    """The old number of a merged card leads to the card that stayed."""
    merged = Patient.objects.filter(phone=phone, merged_into__isnull=False, merged_into__erased_at=None)
    card = merged.select_related("merged_into__home_clinic").order_by("-id").first()
    return (card.merged_into,) if card and card.merged_into else ()


def _browse(sought: SearchText, *, clinic_ids: Collection[int]) -> SearchResult:
    rows = active_patients().filter(home_clinic__in=clinic_ids).select_related("home_clinic")
    nobody = SearchResult(found_by=sought.found_by, phone_end=sought.phone_end)
    for condition, layout in _conditions(sought):
        found = list(rows.filter(condition).order_by("name_key", "id")[: MOST_MATCHES + 1])
        if found:
            return replace(
                nobody,
                patients=tuple(found[:MOST_MATCHES]),
                has_more=len(found) > MOST_MATCHES,
                wrong_layout=layout,
            )
    return nobody


def _conditions(sought: SearchText) -> list[tuple[Q, Layout | None]]:
    """How to look, the likeliest reading first: a second one is tried only when the first finds nobody."""
    end = Q(phone_reversed__startswith=sought.phone_end[::-1]) if sought.phone_end else Q()
    if not sought.spellings:
        return [(end, None)]
    return [(_named(spelling.words) & end, spelling.layout) for spelling in sought.spellings]


def _named(words: tuple[str, ...]) -> Q:
    """Surname first or last, as people say it; the word beside it and those after it may be cut short."""
    condition = _in_order(words)
    return condition | _in_order((words[-1], *words[:-1])) if len(words) > 1 else condition


def _in_order(words: tuple[str, ...]) -> Q:
    condition = Q(name_key__startswith=" ".join(words[:2]))
    for word in words[2:]:
        condition &= Q(name_key__contains=f" {word}")
    return condition
