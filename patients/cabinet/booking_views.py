"""The wish to come: a day, a part of it, a clinic; the desk calls back. The patient's words stay in the clinic."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinics import clock
from clinics.calendar import local_date
from clinics.models import Clinic
from clinics.number_texts import day_text
from loyalty.calls.requests import PartOfDay, VisitWish, ask_for_visit, last_request
from loyalty.models import CallTask
from patients.cabinet.access import patient_page
from patients.cabinet.words_forms import PARTS, BookingForm
from patients.models import Patient

Outcome = CallTask.Outcome


@dataclass(frozen=True, slots=True)
class RequestText:
    """The last wish and what came of it; while it waits there is no form for another."""

    wish: str
    state: str
    is_open: bool


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def booking(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = clock.now()
    today = local_date(at, patient.home_clinic.tz)
    form = BookingForm(
        request.POST if request.method == "POST" else None,
        clinics=Clinic.objects.filter(is_active=True).order_by("name", "id"),
        home=patient.home_clinic,
        today=today,
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        wish = VisitWish(said["clinic"], said["day"], PartOfDay(said["part"]), said["words"])
        ask_for_visit(wish, patient=patient, at=at)
        return HttpResponseRedirect(reverse("cabinet_booking"))
    last = last_request(patient)
    context = {"form": form, "last": request_text(last, today=today) if last else None, "patient": patient}
    return render(request, "cabinet/booking.html", context, status=422 if form.is_bound else 200)


def request_text(task: CallTask, *, today: date) -> RequestText:
    day = day_text(date.fromisoformat(task.facts["day"]), today=today)
    part = dict(PARTS)[PartOfDay(task.facts["part"]).value]
    wish = _("%(clinic)s, %(day)s, %(part)s") % {"clinic": task.clinic.name, "day": day, "part": part}
    return RequestText(wish=wish, state=_state(task), is_open=task.done_at is None)


def _state(task: CallTask) -> str:
    if task.done_at is None:
        return _("We have got your request. The desk will call you and agree on the time.")
    if task.outcome == Outcome.BOOKED:
        return _("You are booked. The desk has agreed on the time with you.")
    if task.outcome in {Outcome.NO_ANSWER, Outcome.WRONG_NUMBER}:
        return _("We called and did not reach you. Send a new request or call us.")
    return _("The request is closed. You may send a new one.")
