"""Ends a patient's open cabinet sessions."""

from patients.models import Patient


def end_cabinet_sessions(patient: Patient) -> None:
    """Whoever is logged in as the patient is out with their next request.

    Sessions carry a hash of the user's password field, so a new unusable password ends them all.
    """
    if patient.user is None:
        return
    patient.user.set_unusable_password()
    patient.user.save(update_fields=["password"])
