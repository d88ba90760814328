"""Discounts by hand: off unless the program allows them, capped by role, above that decided by another person.

A discount is granted to a patient at a clinic for one receipt and for some hours; the next quote there takes it,
the posting uses it up. Rates are basis points.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clinics import audit
from clinics.models import Clinic
from clinics.roles import MANAGER, OWNER, RECEPTIONIST, SENIOR
from loyalty.models import ManualDiscount
from loyalty.rules.compiled import ManualDiscounts
from patients.models import Patient

Status = ManualDiscount.Status
APPROVE = "loyalty.approve_discount"


class DiscountsNotAllowed(Exception):
    """The program in force knows no discounts by hand."""


class AboveMost(Exception):
    """More than anybody may give."""

    def __init__(self, *, most_bp: int) -> None:
        super().__init__(most_bp)
        self.most_bp = most_bp


class ApproverNeeded(Exception):
    """Above the person's own maximum, and nobody who may decide was named."""

    def __init__(self, *, own_most_bp: int) -> None:
        super().__init__(own_most_bp)
        self.own_most_bp = own_most_bp


class AlreadyOpen(Exception):
    """The patient has a discount by hand at this clinic that is not used yet."""


class NotYours(Exception):
    """The request is decided already, has expired, or names another person."""


@dataclass(frozen=True, slots=True)
class DiscountWish:
    patient: Patient
    clinic: Clinic
    rate_bp: int
    reason: str
    approver: User | None = None


def most_bp_of(user: User, manual: ManualDiscounts) -> int:
    """What the person may give alone: the most of their roles; an owner as much as anybody may."""
    roles = set(user.groups.values_list("name", flat=True))
    if user.is_superuser or OWNER in roles:
        return manual.most_bp
    own = [manual.most_bp_by_role.get(role, 0) for role in (RECEPTIONIST, SENIOR, MANAGER) if role in roles]
    return max(own, default=0)


def approvers_for(*, rate_bp: int, clinic: Clinic, requester: User, manual: ManualDiscounts) -> list[User]:
    """Who may decide on such a discount: others at the clinic whose own maximum reaches it."""
    people = User.objects.filter(
        is_active=True,
        is_staff=True,
        staff_member__clinics=clinic,
        groups__permissions__codename="approve_discount",
    )
    people = people.exclude(pk=requester.pk).order_by("last_name", "first_name", "username").distinct()
    return [user for user in people if most_bp_of(user, manual) >= rate_bp]


def ask_discount(
    wish: DiscountWish, *, manual: ManualDiscounts | None, actor: User, at: datetime
) -> ManualDiscount:
    """Grant the discount, or ask the named person for it. Own transaction.

    Raises DiscountsNotAllowed, AboveMost, ApproverNeeded, AlreadyOpen; a refusal writes nothing.
    """
    if manual is None:
        raise DiscountsNotAllowed
    if wish.rate_bp > manual.most_bp:
        raise AboveMost(most_bp=manual.most_bp)
    own_most = most_bp_of(actor, manual)
    is_own = wish.rate_bp <= own_most
    if not is_own and wish.approver not in approvers_for(
        rate_bp=wish.rate_bp, clinic=wish.clinic, requester=actor, manual=manual
    ):
        raise ApproverNeeded(own_most_bp=own_most)
    discount = ManualDiscount(
        patient=wish.patient,
        clinic=wish.clinic,
        rate_bp=wish.rate_bp,
        reason=wish.reason,
        status=Status.APPROVED if is_own else Status.WAITING,
        requested_by=actor,
        requested_at=at,
        approver=None if is_own else wish.approver,
        decided_at=at if is_own else None,
        expires_at=at + timedelta(hours=manual.request_hours),
    )
    try:
        with transaction.atomic():
            _close_expired(wish, at=at)
            discount.save(force_insert=True)
            code = "discount.granted" if is_own else "discount.asked"
            _record(code, discount, actor=actor, at=at, reason=wish.reason)
    except IntegrityError as error:
        raise AlreadyOpen from error
    return discount


def approve(discount_id: int, *, actor: User, note: str, at: datetime) -> ManualDiscount:
    """Say yes. Own transaction, locks the request. Raises NotYours."""
    return _decide(discount_id, status=Status.APPROVED, actor=actor, note=note, at=at)


def refuse(discount_id: int, *, actor: User, note: str, at: datetime) -> ManualDiscount:
    """Say no. Own transaction, locks the request. Raises NotYours."""
    return _decide(discount_id, status=Status.REFUSED, actor=actor, note=note, at=at)


def cancel(discount_id: int, *, clinic: Clinic, actor: User, at: datetime) -> None:
    """Take an open discount back; nothing happens when it is closed already. Own transaction."""
    with transaction.atomic():
        discount = ManualDiscount.objects.select_for_update().filter(pk=discount_id, clinic=clinic).first()
        if discount is not None and discount.status in ManualDiscount.OPEN:
            discount.status = Status.CANCELLED
            discount.save(update_fields=["status"])
            _record("discount.cancelled", discount, actor=actor, at=at)


def waiting_for(user: User, *, at: datetime) -> QuerySet[ManualDiscount]:
    """Requests that the person has to decide on, oldest first."""
    waiting = ManualDiscount.objects.filter(approver=user, status=Status.WAITING, expires_at__gt=at)
    return waiting.select_related("patient", "clinic", "requested_by").order_by("requested_at", "id")


def find_open(*, patient_id: int, clinic_code: str, at: datetime) -> ManualDiscount | None:
    """The patient's discount at the clinic that is waiting or may be used."""
    return ManualDiscount.objects.filter(
        patient=patient_id, clinic__code=clinic_code, status__in=ManualDiscount.OPEN, expires_at__gt=at
    ).first()


def find_latest(*, patient_id: int, clinic_code: str, at: datetime) -> ManualDiscount | None:
    """The last one that a desk has to know of: open, or refused a while ago."""
    known = (*ManualDiscount.OPEN, Status.REFUSED)
    discounts = ManualDiscount.objects.filter(
        patient=patient_id, clinic__code=clinic_code, status__in=known, expires_at__gt=at
    )
    return discounts.select_related("approver").order_by("-id").first()


def use(discount: ManualDiscount, *, receipt_id: int) -> bool:
    """Mark as used by a receipt, in the caller's transaction; False when it is no longer to be had."""
    approved = ManualDiscount.objects.filter(pk=discount.pk, status=Status.APPROVED)
    return approved.update(status=Status.USED, receipt=receipt_id) == 1


def _decide(discount_id: int, *, status: Status, actor: User, note: str, at: datetime) -> ManualDiscount:
    with transaction.atomic():
        discount = ManualDiscount.objects.select_for_update().filter(pk=discount_id, approver=actor).first()
        if discount is None or discount.status != Status.WAITING or discount.expires_at <= at:
            raise NotYours
        discount.status = status
        discount.decided_at = at
        discount.decision_note = note
        discount.save(update_fields=["status", "decided_at", "decision_note"])
        code = "discount.approved" if status is Status.APPROVED else "discount.refused"
        _record(code, discount, actor=actor, at=at, reason=note)
    return discount


def _close_expired(wish: DiscountWish, *, at: datetime) -> None:
    """What nobody has used or answered in time makes room for a new one."""
    ManualDiscount.objects.filter(
        patient=wish.patient, clinic=wish.clinic, status__in=ManualDiscount.OPEN, expires_at__lte=at
    ).update(status=Status.CANCELLED)


def _record(code: str, discount: ManualDiscount, *, actor: User, at: datetime, reason: str = "") -> None:
    details = {"rate_bp": discount.rate_bp, "patient": discount.patient_id}
    audit.record(
        code=code, at=at, actor=actor, clinic=discount.clinic, target=discount, reason=reason, details=details
    )
