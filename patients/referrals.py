"""Attaches the person who recommended the clinic to a patient, and changes it with a reason."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction

from clinics import audit
from patients.former_members import has_been_member
from patients.models import Patient, Referral
from patients.public_codes import find_friend_code, inviter_by
from patients.search import find_patients
from patients.search_text import FoundBy

# Of two edges written at once each could close a loop that neither sees.
LOCK = "select pg_advisory_xact_lock(hashtext('patients.referrals'))"
CHAIN = """
    with recursive chain as (
        select inviter_id from patients_referral where patient_id = %s
        union
        select r.inviter_id from patients_referral r join chain on r.patient_id = chain.inviter_id
    )
    select exists (select from chain where inviter_id = %s)"""


class InviterRefused(Exception):
    """The person cannot be the patient's inviter."""


class InvitedThemselves(InviterRefused):
    """Nobody recommends the clinic to oneself."""


class InvitersInALoop(InviterRefused):
    """The patient stands among those who brought the inviter, directly or through others."""


class InviterIsSet(InviterRefused):
    """Another inviter is written down; to change it takes a reason."""


class SameHousehold(InviterRefused):
    """People of one household come together: nobody has recommended anything."""


class SamePhone(InviterRefused):
    """The friend's link was opened with the phone of the one who shared it."""


class WasMember(InviterRefused):
    """Whoever has left and comes back is no new friend: an invitation counts once for a phone."""


class AlreadyPatient(InviterRefused):
    """Whoever has been with the clinic before is nobody's friend by a link."""


def find_inviter(text: str) -> Patient | None:
    """By phone, card number, QR or the code of a link: what a friend can tell. Never by name, which would be
    browsing."""
    found = find_patients(text, clinic_ids=())
    is_told = found.found_by in {FoundBy.PHONE, FoundBy.CARD, FoundBy.QR}
    if is_told and found.patients:
        return found.patients[0]
    code = find_friend_code(text)
    return inviter_by(code) if code else None


def set_inviter(*, patient: Patient, inviter: Patient, actor: User | None, at: datetime, reason: str = "") -> bool:
    """Write the inviter down; False when it is this one already. Own transaction, one at a time.

    Another one is replaced only with a reason, which the audit keeps. Raises InvitedThemselves, SameHousehold,
    WasMember, InvitersInALoop, InviterIsSet.
    """
    if inviter.pk == patient.pk:
        raise InvitedThemselves
    if _live_together(patient, inviter) and not settings.REFERRALS_WITHIN_HOUSEHOLD:
        raise SameHousehold
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        present = Referral.objects.filter(patient=patient).first()
        if present and present.inviter_id == inviter.pk:
            return False
        if present and not reason:
            raise InviterIsSet
        if has_been_member(patient.phone):
            raise WasMember
        if _is_below(cursor, inviter.pk, top=patient.pk):
            raise InvitersInALoop
        Referral.objects.update_or_create(
            patient=patient, defaults={"inviter": inviter, "set_by": actor, "set_at": at}
        )
        details = {"inviter": inviter.pk} | ({"before": present.inviter_id} if present else {})
        audit.record(
            code="patient.inviter_set",
            at=at,
            actor=actor,
            clinic=patient.home_clinic,
            target=patient,
            reason=reason,
            details=details,
        )
    return True


def move_referrals(*, duplicate: Patient, survivor: Patient) -> dict[str, list[int]]:
    """Give a merged card's edges to the one that stays, but for those that would make a loop or a second inviter.

    The ids of the edges moved, for `move_referrals_back`. Call inside a transaction; one at a time.
    """
    moved: dict[str, list[int]] = {"own": [], "brought": []}
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        own = Referral.objects.filter(patient=duplicate).first()
        has_inviter = Referral.objects.filter(patient=survivor).exists()
        if own and not has_inviter and not _is_below(cursor, own.inviter_id, top=survivor.pk):
            Referral.objects.filter(pk=own.pk).update(patient=survivor)
            moved["own"].append(own.pk)
        for edge in Referral.objects.filter(inviter=duplicate).order_by("pk"):
            if not _is_below(cursor, survivor.pk, top=edge.patient_id):
                Referral.objects.filter(pk=edge.pk).update(inviter=survivor)
                moved["brought"].append(edge.pk)
    return moved


def move_referrals_back(moved: dict[str, list[int]], *, duplicate: Patient, survivor: Patient) -> None:
    """What has been changed since stays."""
    Referral.objects.filter(pk__in=moved["own"], patient=survivor).update(patient=duplicate)
    Referral.objects.filter(pk__in=moved["brought"], inviter=survivor).update(inviter=duplicate)


def _live_together(patient: Patient, inviter: Patient) -> bool:
    return patient.household_id is not None and patient.household_id == inviter.household_id


def _is_below(cursor: Any, patient_id: int, *, top: int) -> bool:
    """Whether the patient is the top, or came through them."""
    cursor.execute(CHAIN, [patient_id, top])
    return patient_id == top or bool(cursor.fetchone()[0])
