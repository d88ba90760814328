"""The staff look at reviews: accept them, with points, or decline them with a reason that the patient reads."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from clinics import audit
from loyalty.models import Review
from loyalty.reviews.rewards import reward
from patients.models import Patient

MODERATE = "loyalty.moderate_review"
Status = Review.Status


class ReviewGone(Exception):
    """There is no such review that waits at these clinics. Nothing was written."""


class OwnReview(Exception):
    """The patient bears the name of who decides. Nothing was written."""


def waiting_reviews(clinic_ids: Collection[int]) -> QuerySet[Review]:
    """Oldest first."""
    rows = Review.objects.filter(clinic__in=clinic_ids, status=Status.WAITING)
    return rows.select_related("patient", "platform", "clinic").order_by("id")


def accept_review(review_id: int, *, clinic_ids: Collection[int], actor: User, at: datetime) -> Review:
    """With the program's points, once.

    Own transaction; locks the review, then the patient's account. Raises ReviewGone, OwnReview.
    """
    with transaction.atomic():
        review = _locked(review_id, clinic_ids=clinic_ids, actor=actor)
        review.points = reward(review, actor=actor, at=at)
        _decide(review, Status.ACCEPTED, actor=actor, at=at)
    return review


def decline_review(
    review_id: int, *, reason: str, clinic_ids: Collection[int], actor: User, at: datetime
) -> Review:
    """Own transaction; locks the review. Raises ReviewGone, OwnReview."""
    with transaction.atomic():
        review = _locked(review_id, clinic_ids=clinic_ids, actor=actor)
        review.reason = reason
        _decide(review, Status.DECLINED, actor=actor, at=at)
    return review


def is_own(patient: Patient, user: User) -> bool:
    """Staff have no card that is tied to their log-in: the name is what tells."""
    named = (patient.last_name.casefold(), patient.first_name.casefold())
    return bool(user.last_name) and named == (user.last_name.casefold(), user.first_name.casefold())


def _locked(review_id: int, *, clinic_ids: Collection[int], actor: User) -> Review:
    review = waiting_reviews(clinic_ids).select_for_update(of=("self",)).filter(pk=review_id).first()
    if review is None:
        raise ReviewGone
    if is_own(review.patient, actor):
        raise OwnReview
    return review


def _decide(review: Review, status: Review.Status, *, actor: User, at: datetime) -> None:
    review.status, review.decided_by, review.decided_at = status, actor, at
    review.save(update_fields=["status", "decided_by", "decided_at", "reason", "points"])
    audit.record(
        code="review.accepted" if status == Status.ACCEPTED else "review.declined",
        at=at,
        actor=actor,
        clinic=review.clinic,
        target=review,
        reason=review.reason,
        details={"points": review.points},
    )
