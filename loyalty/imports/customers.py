"""Customers of a receipts file as patients: the known ones by their key, the others become contacts."""

from collections.abc import Sequence
from datetime import datetime

from clinics.models import Clinic
from patients.cards import next_card_numbers
from patients.models import Card, Patient, PatientSourceKey


def find_customers(keys: Sequence[str], *, source: str) -> dict[str, Patient]:
    """Patients by the key of the source, with their home clinics; a merged one is the one it was merged into."""
    found = PatientSourceKey.objects.filter(source=source, key__in=keys)
    rows = found.select_related("patient__home_clinic", "patient__merged_into__home_clinic")
    return {row.key: row.patient.merged_into or row.patient for row in rows}


def create_contacts(keys: Sequence[str], *, source: str, clinic: Clinic, at: datetime) -> dict[str, Patient]:
    """Contacts without name and phone, known by their key only, each with a card. Call inside a transaction."""
    people = Patient.objects.bulk_create(
        Patient(home_clinic=clinic, source=source, created_at=at) for _key in keys
    )
    Card.objects.bulk_create(
        Card(patient=patient, number=number, issued_at=at)
        for patient, number in zip(people, next_card_numbers(len(people)), strict=True)
    )
    contacts = dict(zip(keys, people, strict=True))
    PatientSourceKey.objects.bulk_create(
        PatientSourceKey(patient=patient, source=source, key=key) for key, patient in contacts.items()
    )
    return contacts
