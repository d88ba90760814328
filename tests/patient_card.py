"""The form of a patient's card in the admin, as a browser sends it back unchanged."""

from django.urls import reverse


def change_url(patient):
    return reverse("admin:patients_patient_change", args=[patient.pk])


def card_form(patient, **changes):
    fields = {
        "last_name": patient.last_name, "first_name": patient.first_name, "middle_name": patient.middle_name,
        "email": "", "preferred_channel": "SMS", "language": "ru", "birth_date": "", "sex": "", "note": "",
        "new_phone": "", "household": "",
    }  # fmt: skip
    for prefix in ("social_groups", "cards", "consents"):
        fields |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return fields | changes
