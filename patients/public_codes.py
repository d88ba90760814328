"""Makes and finds the codes that people share. No two are the same by their keys, whatever kind they are of."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from patients.code_texts import SUFFIX_LENGTH, code_key, friend_code
from patients.models import Patient, PublicCode

# A popular name fills up: each further letter makes thirty times more room.
TRIES_PER_LENGTH = 4


class CodeTaken(Exception):
    """The code, or one that is typed with the same keys, is in use."""


def take_code(*, text: str, kind: str, at: datetime, patient: Patient | None = None) -> PublicCode:
    """Write the code down. Own transaction. Raises CodeTaken: the unique key decides between two at once."""
    try:
        with transaction.atomic():
            return PublicCode.objects.create(
                key=code_key(text), text=text, kind=kind, patient=patient, created_at=at
            )
    except IntegrityError:
        raise CodeTaken from None


def friend_code_of(patient: Patient, *, at: datetime) -> PublicCode:
    """The code of the patient's own link, made when it is asked for first. Two at once get the same one."""
    for attempt in range(TRIES_PER_LENGTH * 3):
        present = PublicCode.objects.filter(patient=patient, kind=PublicCode.Kind.FRIEND).first()
        if present is not None:
            return present
        length = SUFFIX_LENGTH + attempt // TRIES_PER_LENGTH
        text = friend_code(patient.first_name, choose=secrets.choice, length=length)
        try:
            return take_code(text=text, kind=PublicCode.Kind.FRIEND, at=at, patient=patient)
        except CodeTaken:
            continue
    raise CodeTaken


def find_friend_code(text: str) -> PublicCode | None:
    """With its patient and the one who is left after a merge; None when nobody is reached by it any more."""
    key = code_key(text)
    found = (
        PublicCode.objects.filter(key=key, kind=PublicCode.Kind.FRIEND)
        .select_related("patient__merged_into", "patient__home_clinic", "patient__merged_into__home_clinic")
        .first()
        if key
        else None
    )
    owner = inviter_by(found) if found else None
    return found if owner is not None else None


def inviter_by(code: PublicCode) -> Patient | None:
    """Whose friend comes by the code, read along with its patient; None when that person has left."""
    if code.patient is None:
        return None
    owner = code.patient.merged_into or code.patient
    return owner if owner.is_active and owner.is_member else None


def count_opening(code_id: int) -> None:
    """One more visitor has opened the link. The caller counts a visitor once."""
    PublicCode.objects.filter(pk=code_id).update(opened=F("opened") + 1)
