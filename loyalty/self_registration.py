"""A person joins the program without the desk: by a channel's link, by a friend's, or from the log-in page.

The caller has proved that the phone is theirs. Whoever is known already stays the same row.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from clinics.models import Clinic
from loyalty.enrolment import enrol_contact, register_member
from patients.consents import current_consents, record_consent
from patients.models import ConsentRecord, Patient, Referral
from patients.models.source_channel import BY_A_FRIEND
from patients.referrals import AlreadyPatient, InviterRefused, SamePhone, set_inviter
from patients.registration import NewPatient, PhoneTaken

CABINET = ConsentRecord.Source.CABINET
Kind = ConsentRecord.Kind


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What the person has said. `phone` is in E.164, `advertising` the channels of messages agreed to.

    `source` is the code of the channel whose link was opened, `inviter` whose friend's link it was.
    """

    phone: str
    last_name: str
    first_name: str
    clinic: Clinic
    birth_date: date | None = None
    language: str = "ru"
    advertising: tuple[str, ...] = ()
    source: str = ""
    inviter: Patient | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """`has_joined` is false for who was a member before; `refusal` says why the friend's link did not count."""

    patient: Patient
    has_joined: bool
    refusal: InviterRefused | None = None


def join_program(newcomer: Newcomer, *, at: datetime) -> Joined:
    """Make the person a member with a card and the welcome points once. Own transaction.

    Twice, or from two sessions at once, gives one patient: the phone is unique, and the row is locked before its
    status is read. Raises NoProgram; a friend's link that does not count keeps nobody out.
    """
    with transaction.atomic():
        try:
            patient, has_joined = _register(newcomer, at=at), True
        except PhoneTaken as taken:
            patient = Patient.objects.select_related("home_clinic", "user").get(pk=taken.patient_id)
            return _join_known(patient, newcomer, at=at)
        refusal = _invite(patient, newcomer, at=at)
    return Joined(patient, has_joined, refusal)


def join_contact(patient: Patient, newcomer: Newcomer, *, at: datetime) -> Joined:
    """The same for a person whose row is known. Own transaction."""
    with transaction.atomic():
        return _join_known(patient, newcomer, at=at)


def refuse_invitation(patient: Patient, inviter: Patient | None) -> InviterRefused | None:
    """Why a friend's link says nothing to a member who has come by it; None when it has counted already."""
    if inviter is None or Referral.objects.filter(patient=patient, inviter=inviter).exists():
        return None
    return SamePhone() if patient.pk == inviter.pk else AlreadyPatient()


def _register(newcomer: Newcomer, *, at: datetime) -> Patient:
    agreed = [(Kind.RULES, ""), (Kind.PERSONAL_DATA, ""), (Kind.SERVICE, "")]
    agreed += [(Kind.ADVERTISING, channel) for channel in newcomer.advertising]
    new = NewPatient(
        last_name=newcomer.last_name,
        first_name=newcomer.first_name,
        phone=newcomer.phone,
        birth_date=newcomer.birth_date,
        language=newcomer.language,
        home_clinic=newcomer.clinic,
        source=_source(newcomer),
        consents=tuple((kind.value, channel) for kind, channel in agreed),
    )
    return register_member(new, at=at, consent_source=CABINET, actor=None)


def _join_known(patient: Patient, newcomer: Newcomer, *, at: datetime) -> Joined:
    if not enrol_contact(patient=patient, at=at, source=CABINET, actor=None):
        return Joined(patient, has_joined=False, refusal=refuse_invitation(patient, newcomer.inviter))
    has_visited = patient.receipts.exists()
    # What the clinic has written down is not overwritten by whoever holds the phone.
    known = Patient.objects.get(pk=patient.pk)
    said = {
        "first_name": newcomer.first_name.strip(),
        "last_name": newcomer.last_name.strip(),
        "birth_date": newcomer.birth_date,
        "source": "" if has_visited else _source(newcomer),
    }
    filled = [name for name, value in said.items() if value and not getattr(known, name)]
    for name in filled:
        setattr(known, name, said[name])
    known.save(update_fields=filled)
    in_force = current_consents(known.pk)
    for channel in newcomer.advertising:
        if not in_force.get((Kind.ADVERTISING, channel), False):
            record_consent(
                patient=known, kind=Kind.ADVERTISING, channel=channel, granted=True, source=CABINET, at=at
            )
    refusal = refuse_invitation(known, newcomer.inviter) if has_visited else _invite(known, newcomer, at=at)
    return Joined(known, has_joined=True, refusal=refusal)


def _invite(patient: Patient, newcomer: Newcomer, *, at: datetime) -> InviterRefused | None:
    if newcomer.inviter is None:
        return None
    try:
        set_inviter(patient=patient, inviter=newcomer.inviter, actor=None, at=at)
    except InviterRefused as refusal:
        return refusal
    return None


def _source(newcomer: Newcomer) -> str:
    """A friend's word outweighs the poster on the wall."""
    return BY_A_FRIEND if newcomer.inviter is not None else newcomer.source
