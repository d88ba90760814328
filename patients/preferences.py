"""What a patient has chosen in the cabinet: names of services, hours without messages."""

from datetime import time

from patients.models import Patient, Preferences


def preferences_of(patient_id: int) -> Preferences:
    """The row, or an unsaved one with the defaults. One query."""
    return Preferences.objects.filter(patient=patient_id).first() or Preferences(patient_id=patient_id)


def show_services(*, patient: Patient, is_shown: bool) -> None:
    """Whether the patient's own history names services; nobody else sees them there. One statement."""
    Preferences.objects.update_or_create(patient=patient, defaults={"shows_services": is_shown})


def keep_quiet(*, patient: Patient, begins: time | None, ends: time | None) -> None:
    """Hours without messages by the home clinic's clock; None for both: at any hour. One statement."""
    Preferences.objects.update_or_create(patient=patient, defaults={"quiet_from": begins, "quiet_until": ends})
