"""What the staff do with a patient's card: give a new one, block the one in use. The audit keeps who and why."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from patients.cards import block_card, issue_card
from patients.models import Card, Patient


class CardChanged(Exception):
    """The patient's active card is not the one that was shown: somebody has acted meanwhile."""


def find_active_card(patient_id: int) -> Card | None:
    return Card.objects.filter(patient=patient_id, status=Card.Status.ACTIVE).first()


def give_card(*, patient: Patient, shown_id: int | None, reason: str, actor: User, at: datetime) -> Card:
    """Give a new card instead of the one shown, None where there was none. Own transaction, locks the patient.

    Raises CardChanged: a second click finds the first one's card.
    """
    with transaction.atomic():
        _lock(patient, shown_id=shown_id)
        card = issue_card(patient=patient, at=at, reason=reason)
        _record("patient.card_issued", card, replaced=shown_id, reason=reason, actor=actor, at=at)
    return card


def stop_card(*, patient: Patient, shown_id: int, reason: str, actor: User, at: datetime) -> None:
    """Block the card shown; the patient is then found by phone. Own transaction. Raises CardChanged."""
    with transaction.atomic():
        card = _lock(patient, shown_id=shown_id)
        if card is None:
            raise CardChanged
        block_card(card=card, reason=reason, at=at)
        _record("patient.card_blocked", card, replaced=None, reason=reason, actor=actor, at=at)


def _lock(patient: Patient, *, shown_id: int | None) -> Card | None:
    Patient.objects.select_for_update().only("id").get(pk=patient.pk)
    card = find_active_card(patient.pk)
    if (card.pk if card else None) != shown_id:
        raise CardChanged
    return card


def _record(code: str, card: Card, *, replaced: int | None, reason: str, actor: User, at: datetime) -> None:
    details = {"card": card.pk} | ({"replaced": replaced} if replaced else {})
    audit.record(
        code=code,
        at=at,
        actor=actor,
        clinic=card.patient.home_clinic,
        target=card.patient,
        reason=reason,
        details=details,
    )
