"""Issues and closes cards. A number is seven digits and a check digit (Luhn, ISO/IEC 7812-1 annex B)."""

from datetime import datetime

from django.db import connection, transaction

from patients.models import Card, Patient

# A full-period step over 0..9 999 999 (coprime to 10): neighbours in time get numbers far apart.
STEP = 7_368_787
PAYLOADS = 10_000_000


class CardNumbersExhausted(Exception):
    """All ten million numbers have been issued."""


def check_digit(payload: str) -> str:
    """The Luhn digit for a string of digits."""
    total = 0
    for place, char in enumerate(reversed(payload)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def is_card_number(digits: str) -> bool:
    """Whether the text is eight digits of which the last is right."""
    return len(digits) == 8 and digits.isdecimal() and check_digit(digits[:7]) == digits[7]


def card_number(serial: int) -> str:
    """The number of the serial-th card ever issued (1..9 999 999)."""
    if not 0 < serial < PAYLOADS:
        raise CardNumbersExhausted
    payload = f"{serial * STEP % PAYLOADS:07d}"
    return payload + check_digit(payload)


def next_card_numbers(count: int) -> list[str]:
    """Reserve new numbers from the database's sequence."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('patients_card_serial') from generate_series(1, %s)", [count])
        return [card_number(serial) for (serial,) in cursor.fetchall()]


def issue_card(*, patient: Patient, at: datetime) -> Card:
    """Give the patient a new active card; the card they had is marked as replaced. Own transaction."""
    with transaction.atomic():
        Patient.objects.select_for_update().only("id").get(pk=patient.pk)
        Card.objects.filter(patient=patient, status=Card.Status.ACTIVE).update(
            status=Card.Status.REPLACED, closed_at=at
        )
        return Card.objects.create(patient=patient, number=next_card_numbers(1)[0], issued_at=at)


def block_card(*, card: Card, reason: str, at: datetime) -> None:
    """Close an active card; a closed one keeps its first moment and reason."""
    Card.objects.filter(pk=card.pk, status=Card.Status.ACTIVE).update(
        status=Card.Status.BLOCKED, closed_at=at, close_reason=reason
    )
