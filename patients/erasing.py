"""Takes a person's own data off their rows: name, phone, birth date, documents, and what the history kept of them.

Rows stay where sums or acts hang on them; nothing here opens a transaction or decides who may.
"""

from datetime import datetime

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from clinics.calendar import local_date
from patients.cabinet_sessions import end_cabinet_sessions
from patients.cards import block_card
from patients.consents import current_consents, record_consent
from patients.former_members import remember_former_member
from patients.models import (
    Card,
    Household,
    Patient,
    PatientSourceKey,
    Preferences,
    PublicCode,
    SocialGroupRecord,
    SpendProof,
    SurveyAnswer,
)
from patients.phone import normalise_phone

ERASED_TEXT = "—"  # where a row may not be without a text
NOTHING = {
    "last_name": "", "first_name": "", "middle_name": "", "phone": None, "email": "", "birth_date": None,
    "sex": "", "note": "", "household": None,
}  # fmt: skip


def erase_person(patient: Patient, *, source: str, actor: User, at: datetime) -> None:
    """Of a patient whose row the caller has locked. Whoever logged in as them is out with the next request."""
    if patient.is_member and patient.phone:
        remember_former_member(patient.phone, today=local_date(at, patient.home_clinic.tz))
    _erase_home(patient)
    _erase_keys(patient)
    for field, value in NOTHING.items():
        setattr(patient, field, value)
    patient.erased_at = at
    patient.save(update_fields=[*NOTHING, "erased_at"])
    patient.tags.clear()
    _erase_history(patient)
    _erase_log(patient)
    SocialGroupRecord.objects.filter(patient=patient).delete()
    Preferences.objects.filter(patient=patient).delete()
    # The code of a friend's link begins with the name.
    PublicCode.objects.filter(patient=patient, kind=PublicCode.Kind.FRIEND).delete()
    SurveyAnswer.objects.filter(patient=patient).delete()
    SpendProof.objects.filter(patient=patient).exclude(reason="").update(reason=ERASED_TEXT)
    for card in Card.objects.filter(patient=patient, status=Card.Status.ACTIVE):
        block_card(card=card, reason="", at=at)
    Card.objects.filter(patient=patient).update(close_reason="")
    _close_consents(patient, source=source, actor=actor, at=at)
    _close_user(patient)


def _erase_home(patient: Patient) -> None:
    """The family forgets whom to call; a home without people forgets its name."""
    Household.objects.filter(contact=patient).update(contact=None)
    home = patient.household
    if home is not None and not home.people.exclude(pk=patient.pk).filter(erased_at=None).exists():
        Household.objects.filter(pk=home.pk).update(name=ERASED_TEXT)
        _erase_log(home)


def _erase_keys(patient: Patient) -> None:
    """A key in another system stays, so that an import does not bring the person back; unless it is the phone."""
    for row in PatientSourceKey.objects.filter(patient=patient):
        if patient.phone and normalise_phone(row.key) == patient.phone:
            PatientSourceKey.objects.filter(pk=row.pk).update(key=f"erased-{row.pk}")


def _erase_history(patient: Patient) -> None:
    versions = patient.history.model.objects.filter(id=patient.pk)
    apps.get_model("patients", "HistoricalPatient_tags").objects.filter(patient=patient.pk).delete()
    versions.update(**NOTHING, history_change_reason=None)


def _erase_log(row: Model) -> None:
    """The admin's own log names the row by its title."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
    entries.update(object_repr=f"№ {row.pk}")


def _close_consents(patient: Patient, *, source: str, actor: User, at: datetime) -> None:
    for (kind, channel), granted in current_consents(patient.pk).items():
        if granted:
            record_consent(
                patient=patient, kind=kind, channel=channel, granted=False, source=source, actor=actor, at=at
            )


def _close_user(patient: Patient) -> None:
    if patient.user is None:
        return
    end_cabinet_sessions(patient)
    User.objects.filter(pk=patient.user.pk).update(is_active=False, email="", first_name="", last_name="")
