"""Reviews that wait: accept with the program's points, or decline with a reason for the patient."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics import clock
from clinics.calendar import local_date
from clinics.number_texts import day_text, points_word
from clinics.scope import clinics_with_permission
from loyalty.models import Review
from loyalty.models.review import MOST_STARS
from loyalty.reviews.moderation import (
    MODERATE,
    OwnReview,
    ReviewGone,
    accept_review,
    decline_review,
    is_own,
    waiting_reviews,
)

SHOWN = 50
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class ReviewRow:
    id: int
    patient: str
    clinic: str
    platform: str
    url: str
    stars: str
    text: str
    day: str
    is_own: bool


def reviews_page(request: HttpRequest) -> HttpResponse:
    """The person's own clinics only."""
    user = request.user
    clinic_ids = [clinic.pk for clinic in clinics_with_permission(user, permissions=(MODERATE,))]
    if not clinic_ids or not isinstance(user, User):
        raise PermissionDenied
    at = clock.now()
    notice, status = None, 200
    if request.method == "POST":
        notice, status = _decide(request, clinic_ids=clinic_ids, actor=user, at=at)
    rows = [_row(review, user=user, at=at) for review in waiting_reviews(clinic_ids)[:SHOWN]]
    context = {"title": _("Reviews to look at"), "reviews": rows, "notices": [notice] if notice else []}
    return render(
        request,
        "loyalty/admin/reviews.html",
        {**admin.site.each_context(request), "is_nav_sidebar_enabled": False, **context},
        status=status,
    )


def _decide(
    request: HttpRequest, *, clinic_ids: list[int], actor: User, at: datetime
) -> tuple[tuple[str, str], int]:
    review_id = request.POST.get("review", "")
    reason = request.POST.get("reason", "").strip()
    if not review_id.isdecimal() or len(review_id) > 18:
        return ("warn", _("This review has been looked at already.")), 409
    whose = {"clinic_ids": clinic_ids, "actor": actor, "at": at}
    try:
        if "accept" in request.POST:
            review = accept_review(int(review_id), **whose)  # type: ignore[arg-type]
            return ("ok", _accepted_text(review)), 200
        if not reason or len(reason) > LONGEST_REASON:
            return ("error", _("Write why you decline it, up to 200 characters: the patient reads it.")), 422
        decline_review(int(review_id), reason=reason, **whose)  # type: ignore[arg-type]
    except ReviewGone:
        return ("warn", _("This review has been looked at already.")), 409
    except OwnReview:
        return ("error", _("This is your own review. Somebody else decides on it.")), 403
    return ("ok", _("Declined. The patient reads the reason in the cabinet.")), 200


def _accepted_text(review: Review) -> str:
    if not review.points:
        return _("Accepted, without points.")
    return _("Accepted, the patient has got %(points)s.") % {"points": points_word(review.points)}


def _row(review: Review, *, user: User, at: datetime) -> ReviewRow:
    tz = review.clinic.tz
    stars = review.stars or 0
    return ReviewRow(
        id=review.pk,
        patient=str(review.patient),
        clinic=review.clinic.name,
        platform=review.platform.in_language(get_language() or ""),
        url=review.platform.url,
        stars="★" * stars + "☆" * (MOST_STARS - stars) if stars else "",
        text=review.text,
        day=day_text(local_date(review.at, tz), today=local_date(at, tz)),
        is_own=is_own(review.patient, user),
    )
