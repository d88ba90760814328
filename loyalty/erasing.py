"""Erases a person: who they were goes, what was bought and earned stays without a name.

The account keeps its points, and they burn by its own rules: nobody can spend them any more. Cards merged into the
person's go with it. There is no undo.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, Sum

from clinics import audit
from loyalty.calls.working import close_tasks
from loyalty.models import Account, Call, CallTask, ManualDiscount, ManualTier, Receipt, Refund, Review, Standing
from notifications.erasing import blank_messages
from notifications.models import OutboxMessage
from patients.consents import current_consents
from patients.erasing import ERASED_TEXT, erase_person
from patients.merged_cards import with_duplicates
from patients.models import Card, Patient, SocialGroupRecord


class AlreadyErased(Exception):
    """There is nothing left to erase, or the person lives on in another card."""


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """Counts of what goes and sums of what stays; `duplicates` are cards merged into this one, which go too."""

    duplicates: int
    cards: int
    consents: int
    messages: int
    versions: int  # of the row in the history of changes
    documents: int
    relatives_without_contact: int
    has_cabinet: bool
    leaves_mark: bool  # by which the phone of a member is recognised, without the number
    receipts: int
    paid: Decimal  # roubles, net of refunds
    balance: int
    pending: int
    debt: int


def preview_erasure(patient: Patient) -> ErasurePreview:
    """Reads only."""
    ids = with_duplicates(patient.pk)
    sums = Account.objects.filter(patient__in=ids).aggregate(
        balance=Sum("balance"), pending=Sum("pending"), debt=Sum("debt")
    )
    return ErasurePreview(
        duplicates=len(ids) - 1,
        cards=Card.objects.filter(patient__in=ids, status=Card.Status.ACTIVE).count(),
        consents=sum(current_consents(patient.pk).values()),
        messages=OutboxMessage.objects.filter(patient__in=ids).count(),
        versions=patient.history.model.objects.filter(id__in=ids).count(),
        documents=SocialGroupRecord.objects.filter(patient__in=ids).count(),
        relatives_without_contact=_dependants(patient),
        has_cabinet=patient.user_id is not None,
        leaves_mark=patient.is_member and bool(patient.phone),
        receipts=Receipt.objects.filter(patient__in=ids).count(),
        paid=Standing.objects.filter(patient=patient).values_list("turnover", flat=True).first() or Decimal(0),
        balance=sums["balance"] or 0,
        pending=sums["pending"] or 0,
        debt=sums["debt"] or 0,
    )


def erase_patient(*, patient_id: int, source: str, reason: str, actor: User, at: datetime) -> None:
    """Own transaction; locks the patient with their duplicates, then their accounts, all in id order.

    `source` is how they asked, as the journal of consents calls it. Raises AlreadyErased.
    """
    with transaction.atomic():
        people = _lock(with_duplicates(patient_id))
        person = next(each for each in people if each.pk == patient_id)
        if not person.is_active:
            raise AlreadyErased
        for each in people:
            erase_person(each, source=source, actor=actor, at=at)
        ids = [each.pk for each in people]
        blank_messages(ids)
        close_tasks(Q(patient__in=ids), at=at)
        _erase_texts(ids)
        audit.record(
            code="patient.erased",
            at=at,
            actor=actor,
            clinic=person.home_clinic,
            target=person,
            reason=reason,
            details={"duplicates": [each for each in ids if each != patient_id]},
        )


def _lock(ids: Sequence[int]) -> list[Patient]:
    rows = Patient.objects.select_related("user", "household", "home_clinic").filter(pk__in=ids)
    people = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
    # A receipt on its way holds the account: it comes first, or finds the person gone.
    list(Account.objects.filter(patient__in=ids).order_by("pk").select_for_update())
    return people


def _dependants(patient: Patient) -> int:
    """Relatives who are reached through this person."""
    home = patient.household
    if home is None or home.contact_id != patient.pk:
        return 0
    return home.people.filter(merged_into=None, erased_at=None).exclude(pk=patient.pk).count()


def _erase_texts(ids: Sequence[int]) -> None:
    """What the staff wrote in their own words."""
    Receipt.objects.filter(patient__in=ids).exclude(override_reason="").update(override_reason=ERASED_TEXT)
    Refund.objects.filter(receipt__patient__in=ids).update(note="")
    ManualTier.objects.filter(patient__in=ids).update(reason=ERASED_TEXT)
    CallTask.objects.filter(patient__in=ids).update(words="")
    Call.objects.filter(task__patient__in=ids).update(comment="")
    Review.objects.filter(patient__in=ids).update(text="")
    discounts = ManualDiscount.objects.filter(patient__in=ids)
    discounts.filter(status__in=ManualDiscount.OPEN).update(status=ManualDiscount.Status.CANCELLED)
    discounts.update(reason=ERASED_TEXT, decision_note="")
