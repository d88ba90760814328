"""The frame of a letter to a patient: greeting, what it says, the booking link, who writes."""

from django.utils.translation import gettext as _

from patients.models import Patient


def letter(patient: Patient, *paragraphs: str) -> str:
    """Empty paragraphs are left out."""
    clinic = patient.home_clinic
    greeting = _("Hello, %(name)s!") % {"name": patient.first_name} if patient.first_name else _("Hello!")
    booking = _("Book a visit: %(link)s") % {"link": clinic.booking_url} if clinic.booking_url else ""
    signature = "\n".join(line for line in (clinic.name, clinic.address, clinic.phone) if line)
    return "\n\n".join(part for part in (greeting, *paragraphs, booking, signature) if part)
