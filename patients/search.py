"""Finds a patient by phone, card number, scanned QR or name: one parser for the desk, lists and autocomplete.

A full phone or card number identifies a person who is standing at the desk, so it is looked up in the whole
network. A name is browsing, and browsing never leaves the clinics of the member of staff.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum

from django.db.models import Q, QuerySet

from patients.cards import is_card_number
from patients.models import Card, Patient
from patients.names import from_wrong_layout, name_key
from patients.phone import normalise_phone
from patients.typed_codes import TypedCode, read_qr

MOST_MATCHES = 10
SHORTEST_NAME = 2
_DIGITS_AND_SPACES = re.compile(r"^[\d\s\u00a0-]+$")
_LATIN_LETTER = re.compile(r"[A-Za-z]")


class FoundBy(Enum):
    PHONE = "PHONE"
    CARD = "CARD"
    QR = "QR"
    NAME = "NAME"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`patients` holds at most 10; `has_more` says that the name fits others too.

    `phone` is set when the text was a phone number, `closed_card` when the card found is not active,
    `layout_corrected` when the name was typed with the wrong keyboard layout, `scanned` when the text was a
    whole QR: its code has not been looked at.
    """

    found_by: FoundBy
    patients: tuple[Patient, ...] = ()
    has_more: bool = False
    phone: str | None = None
    closed_card: Card | None = None
    layout_corrected: bool = False
    scanned: TypedCode | None = None


def active_patients() -> QuerySet[Patient]:
    """Patients who are neither merged into another nor erased."""
    return Patient.objects.filter(merged_into=None, erased_at=None)


def find_patients(text: str, *, clinic_ids: Collection[int]) -> SearchResult:
    """Whoever the text means. At most two queries, whatever the number of patients."""
    text = text.strip()
    digits = re.sub(r"\D", "", text)
    if _DIGITS_AND_SPACES.match(text) and is_card_number(digits):
        return _by_card(digits)
    scanned = read_qr(text)
    if scanned is not None:
        return replace(_by_card(scanned.card), found_by=FoundBy.QR, scanned=scanned)
    phone = normalise_phone(text)
    if phone is not None:
        found = active_patients().filter(phone=phone).select_related("home_clinic")
        return SearchResult(found_by=FoundBy.PHONE, patients=tuple(found[:1]), phone=phone)
    if digits or len(name_key(text)) < SHORTEST_NAME:
        return SearchResult(found_by=FoundBy.NOTHING)
    return _by_name(text, clinic_ids=clinic_ids)


def _by_card(digits: str) -> SearchResult:
    card = Card.objects.filter(number=digits).select_related("patient__home_clinic").first()
    if card is None or not card.patient.is_active:
        return SearchResult(found_by=FoundBy.CARD)
    if card.status != Card.Status.ACTIVE:
        return SearchResult(found_by=FoundBy.CARD, closed_card=card)
    return SearchResult(found_by=FoundBy.CARD, patients=(card.patient,))


def named_like(text: str) -> Q:
    """The condition for names that begin with the text, in either keyboard layout."""
    typed, corrected = _spellings(text)
    return Q(name_key__startswith=typed) | Q(name_key__startswith=corrected)


def _spellings(text: str) -> tuple[str, str]:
    typed = name_key(text)
    return typed, name_key(from_wrong_layout(text)) if _LATIN_LETTER.search(text) else typed


def _by_name(text: str, *, clinic_ids: Collection[int]) -> SearchResult:
    typed, _corrected = _spellings(text)
    matches = (
        active_patients()
        .filter(named_like(text), home_clinic__in=clinic_ids)
        .select_related("home_clinic")
        .order_by("name_key", "id")
    )
    found = list(matches[: MOST_MATCHES + 1])
    return SearchResult(
        found_by=FoundBy.NAME,
        patients=tuple(found[:MOST_MATCHES]),
        has_more=len(found) > MOST_MATCHES,
        layout_corrected=bool(found) and not found[0].name_key.startswith(typed),
    )
