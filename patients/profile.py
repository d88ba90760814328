"""What patients write about themselves. Name and phone are proven by documents: the desk changes them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from patients.models import Patient


class BirthDateFixed(Exception):
    """It is written down already: gifts hang on it, so only the desk changes it, by a document."""


@dataclass(frozen=True, slots=True)
class Profile:
    """`birth_date` is None when the patient says nothing about it."""

    email: str
    language: str
    birth_date: date | None = None


def update_profile(*, patient_id: int, profile: Profile) -> bool:
    """Write it down; whether the profile is whole now. Own transaction, locks the patient.

    Raises BirthDateFixed for another birth date than the one written down.
    """
    with transaction.atomic():
        patient = Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=patient_id)
        if profile.birth_date and patient.birth_date not in {None, profile.birth_date}:
            raise BirthDateFixed
        wanted: dict[str, Any] = {"email": profile.email, "language": profile.language}
        if profile.birth_date:
            wanted["birth_date"] = profile.birth_date
        changed = [field for field, value in wanted.items() if getattr(patient, field) != value]
        for field in changed:
            setattr(patient, field, wanted[field])
        if changed:
            patient.save(update_fields=changed)
    return is_whole(patient)


def is_whole(patient: Patient) -> bool:
    """Whether nothing is missing of what a patient can add themselves."""
    return bool(patient.email and patient.birth_date)
