"""Issues and closes cards."""

from datetime import datetime

from django.db import connection, transaction

from patients.card_numbers import card_number
from patients.models import Card, Patient


def next_card_numbers(count: int) -> list[str]:
    """Reserve new numbers from the database's sequence."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('patients_card_serial') from generate_series(1, %s)", [count])
        return [card_number(serial) for (serial,) in cursor.fetchall()]


def issue_card(*, patient: Patient, at: datetime, reason: str = "") -> Card:
    """Give the patient a new active card; the card they had is marked as replaced. Own transaction."""
    with transaction.atomic():
        Patient.objects.select_for_update().only("id").get(pk=patient.pk)
        Card.objects.filter(patient=patient, status=Card.Status.ACTIVE).update(
            status=Card.Status.REPLACED, closed_at=at, close_reason=reason
        )
        return Card.objects.create(patient=patient, number=next_card_numbers(1)[0], issued_at=at)


def block_card(*, card: Card, reason: str, at: datetime) -> None:
    """Close an active card; a closed one keeps its first moment and reason."""
    Card.objects.filter(pk=card.pk, status=Card.Status.ACTIVE).update(
        status=Card.Status.BLOCKED, closed_at=at, close_reason=reason
    )
