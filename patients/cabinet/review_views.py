"""Reviews: the clinic's own form, and a word that one has been left on a public site."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinics import clock
from clinics.calendar import local_date
from clinics.number_texts import day_text, points_word
from loyalty.models import Review
from loyalty.reviews.leaving import NewReview, Offer, PlatformClosed, TooSoon, leave_review, offers_for
from patients.cabinet.access import patient_page
from patients.cabinet.words_forms import OwnReviewForm
from patients.models import Patient

SHOWN = 10
LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class OfferText:
    id: int
    name: str
    url: str
    points: str
    refusal: str  # empty when a review may be left now


@dataclass(frozen=True, slots=True)
class ReviewText:
    what: str
    state: str


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def reviews(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = clock.now()
    offers = offers_for(patient, at=at)
    chosen = _chosen(request, offers)
    form = OwnReviewForm(request.POST if chosen is not None and not chosen.platform.url else None)
    if chosen is not None and (chosen.platform.url or form.is_valid()):
        return _leave(request, chosen, form=form, patient=patient, at=at)
    today = local_date(at, patient.home_clinic.tz)
    past = Review.objects.filter(patient=patient).select_related("platform").order_by("-id")[:SHOWN]
    context = {
        "offers": [_offer_text(offer, today=today) for offer in offers],
        "form": form,
        "form_id": chosen.platform.pk if chosen is not None else 0,
        "past": [_review_text(review, patient=patient, today=today) for review in past],
    }
    return render(request, "cabinet/reviews.html", context, status=422 if form.is_bound else 200)


def _chosen(request: HttpRequest, offers: list[Offer]) -> Offer | None:
    """The place that the form was sent for; one that is not open is none."""
    wanted = request.POST.get("platform", "")
    return next((offer for offer in offers if str(offer.platform.pk) == wanted), None)


def _leave(
    request: HttpRequest, offer: Offer, *, form: OwnReviewForm, patient: Patient, at: datetime
) -> HttpResponse:
    said = form.cleaned_data if form.is_bound else {}
    new = NewReview(offer.platform.pk, stars=said.get("stars"), text=said.get("text", ""))
    try:
        leave_review(new, patient=patient, at=at)
    except (PlatformClosed, TooSoon):
        messages.warning(request, _("A review has been left there already. Nothing was sent."))
    else:
        messages.success(request, _("Thank you! The clinic will look at it, usually within a day."))
    return HttpResponseRedirect(reverse("cabinet_reviews"))


def _offer_text(offer: Offer, *, today: date) -> OfferText:
    refusal = ""
    if offer.is_waiting:
        refusal = _("Your review waits to be looked at.")
    elif offer.is_over:
        refusal = _("You have left a review here. Thank you!")
    elif offer.next_day is not None:
        refusal = _("The next review may be left from %(day)s.") % {"day": day_text(offer.next_day, today=today)}
    return OfferText(
        id=offer.platform.pk,
        name=offer.platform.in_language(get_language() or ""),
        url=offer.platform.url,
        points=_("%(points)s for it") % {"points": points_word(offer.points)} if offer.points else "",
        refusal=refusal,
    )


def _review_text(review: Review, *, patient: Patient, today: date) -> ReviewText:
    day = day_text(local_date(review.at, patient.home_clinic.tz), today=today)
    words = {"name": review.platform.in_language(get_language() or ""), "day": day}
    return ReviewText(what=_("%(name)s, %(day)s") % words, state=_state(review))


def _state(review: Review) -> str:
    if review.status == Review.Status.WAITING:
        return _("Waits to be looked at.")
    if review.status == Review.Status.DECLINED:
        return _("Declined: %(reason)s") % {"reason": review.reason}
    if review.points:
        return _("Accepted, you have got %(points)s.") % {"points": points_word(review.points)}
    return _("Accepted. Thank you!")
