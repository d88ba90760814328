"""A patient leaves a review: one per place and period; few stars become a task for whoever settles it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from clinics.calendar import add_months, local_date
from loyalty.models import CallTask, Review, ReviewPlatform
from loyalty.program.versions import NoProgram, current_program
from loyalty.reviews.rewards import gifts_for
from patients.models import Patient

# Where no rule of the program says how often.
REVIEW_MONTHS = 3
# Fewer stars than this are settled by a person.
CONTENT_FROM_STARS = 4
LONGEST_TEXT = 2000


class PlatformClosed(Exception):
    """The place takes no reviews. Nothing was written."""


class TooSoon(Exception):
    """The patient has left one there; the next may come on `next_day`, or never. Nothing was written."""

    def __init__(self, *, next_day: date | None) -> None:
        super().__init__(next_day)
        self.next_day = next_day


@dataclass(frozen=True, slots=True)
class NewReview:
    """`stars` is None for a public site, where the patient has left them."""

    platform_id: int
    stars: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An open place, what it gives, and from which day on; `next_day` is None when it may be used now."""

    platform: ReviewPlatform
    points: int
    is_waiting: bool
    is_over: bool  # once and for all
    next_day: date | None


def leave_review(new: NewReview, *, patient: Patient, at: datetime) -> Review:
    """The review that waits to be looked at; sent twice it is one.

    Own transaction; locks the patient. Raises PlatformClosed, TooSoon.
    """
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).only("id").get(pk=patient.pk)
        platform = ReviewPlatform.objects.filter(pk=new.platform_id, is_open=True).first()
        if platform is None:
            raise PlatformClosed
        offer = _offer(platform, last=_last_reviews(patient).get(platform.pk), patient=patient, at=at)
        if offer.is_waiting:
            return Review.objects.get(patient=patient, platform=platform, status=Review.Status.WAITING)
        if offer.is_over or offer.next_day is not None:
            raise TooSoon(next_day=offer.next_day)
        review = Review.objects.create(
            patient=patient, clinic=patient.home_clinic, platform=platform, stars=new.stars, text=new.text, at=at
        )
        if new.stars is not None and new.stars < CONTENT_FROM_STARS:
            _ask_to_settle(review, at=at)
    return review


def offers_for(patient: Patient, *, at: datetime) -> list[Offer]:
    """All open places. Three queries."""
    last = _last_reviews(patient)
    platforms = ReviewPlatform.objects.filter(is_open=True).order_by("url", "name", "id")
    return [_offer(platform, last=last.get(platform.pk), patient=patient, at=at) for platform in platforms]


def _offer(platform: ReviewPlatform, *, last: Review | None, patient: Patient, at: datetime) -> Offer:
    try:
        gifts = gifts_for(platform.code, program=current_program(at=at).program)
    except NoProgram:
        gifts = ()
    months = gifts[0].trigger.get("months") if gifts else REVIEW_MONTHS
    is_waiting = last is not None and last.status == Review.Status.WAITING
    next_day = None
    if last is not None and months is not None:
        tz = patient.home_clinic.tz
        again = add_months(local_date(last.at, tz), months)
        next_day = again if again > local_date(at, tz) else None
    points = sum(gift.points for gift in gifts)
    return Offer(platform, points, is_waiting, last is not None and months is None, next_day)


def _last_reviews(patient: Patient) -> dict[int, Review]:
    """By place, but for those that were declined: these may be written anew."""
    rows = Review.objects.filter(patient=patient).exclude(status=Review.Status.DECLINED)
    return {row.platform_id: row for row in rows.order_by("id")}


def _ask_to_settle(review: Review, *, at: datetime) -> None:
    CallTask.objects.create(
        key=f"review:{review.pk}",
        patient=review.patient,
        clinic=review.clinic,
        kind=CallTask.Kind.FEEDBACK,
        facts={"stars": review.stars, "review": review.pk},
        words=review.text,
        due_date=local_date(at, review.clinic.tz),
        created_at=at,
    )
