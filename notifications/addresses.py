"""Where a patient is reached, and how much of it a screen may show."""

from patients.models import Patient
from patients.phone import mask_phone


def reachable_phone(patient: Patient) -> str:
    """The patient's phone, else that of the household's contact (a child has none); may be empty."""
    contact = _contact(patient)
    return patient.phone or (contact.phone if contact else None) or ""


def reachable_email(patient: Patient) -> str:
    """The patient's e-mail, or that of the household's contact if the patient has no phone either."""
    contact = None if patient.phone else _contact(patient)
    return patient.email or (contact.email if contact else "")


def mask_address(address: str) -> str:
    """A phone as `•••45-67`, an e-mail as `a•••@clinic.ru`."""
    name, at_sign, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}" if at_sign else mask_phone(address)


def _contact(patient: Patient) -> Patient | None:
    household = patient.household
    contact = household.contact if household else None
    return contact if contact and contact.is_active else None
