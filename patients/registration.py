"""Registers a person: patient, card and consents in one transaction."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from clinics.models import Clinic
from patients.cards import issue_card
from patients.consents import record_consent
from patients.models import ConsentRecord, Patient


class PhoneTaken(Exception):
    """An active patient has this phone already."""

    def __init__(self, *, patient_id: int) -> None:
        super().__init__(patient_id)
        self.patient_id = patient_id


@dataclass(frozen=True, slots=True)
class NewPatient:
    """What the desk, the cabinet and imports know of a new person. `phone` is in E.164 or None."""

    last_name: str
    home_clinic: Clinic
    first_name: str = ""
    middle_name: str = ""
    phone: str | None = None
    email: str = ""
    birth_date: date | None = None
    sex: str = ""
    language: str = "ru"
    source: str = ""
    # (kind, channel): the consents given, each becomes a row of the journal.
    consents: tuple[tuple[str, str], ...] = field(default=())


def register_patient(new: NewPatient, *, at: datetime, consent_source: str, actor: User | None) -> Patient:
    """Create the patient with an active card. Own transaction. Raises PhoneTaken.

    With the consent to the program's rules the person is a member at once, otherwise a contact.
    """
    is_member = (ConsentRecord.Kind.RULES, "") in new.consents
    with transaction.atomic():
        patient = Patient(
            last_name=new.last_name.strip(),
            first_name=new.first_name.strip(),
            middle_name=new.middle_name.strip(),
            phone=new.phone,
            email=new.email,
            birth_date=new.birth_date,
            sex=new.sex,
            language=new.language,
            source=new.source,
            home_clinic=new.home_clinic,
            status=Patient.Status.MEMBER if is_member else Patient.Status.CONTACT,
            joined_at=at if is_member else None,
            created_at=at,
        )
        _insert(patient)
        for kind, channel in new.consents:
            record_consent(
                patient=patient,
                kind=kind,
                channel=channel,
                granted=True,
                source=consent_source,
                at=at,
                actor=actor,
            )
        issue_card(patient=patient, at=at)
    return patient


def _insert(patient: Patient) -> None:
    try:
        with transaction.atomic():
            patient.save(force_insert=True)
    except IntegrityError:
        owner = (
            Patient.objects.filter(phone=patient.phone, merged_into=None, erased_at=None).only("id").first()
            if patient.phone
            else None
        )
        if owner is None:
            raise
        raise PhoneTaken(patient_id=owner.pk) from None


def agree_to_rules(*, patient: Patient, at: datetime, source: str, actor: User | None) -> bool:
    """Make a contact a member; False when they were one already. Own transaction, locks the patient."""
    with transaction.atomic():
        locked = Patient.objects.select_for_update().get(pk=patient.pk)
        if locked.is_member:
            return False
        locked.status = Patient.Status.MEMBER
        locked.joined_at = at
        locked.save(update_fields=["status", "joined_at"])
        for kind in (ConsentRecord.Kind.RULES, ConsentRecord.Kind.PERSONAL_DATA, ConsentRecord.Kind.SERVICE):
            record_consent(patient=locked, kind=kind, granted=True, source=source, at=at, actor=actor)
    return True
