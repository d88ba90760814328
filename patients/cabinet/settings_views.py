"""Settings: what a patient tells about themselves, what may be written to them, what their history shows.

Every part is a form of its own, saved by its own address; a wrong field brings the page back with what was typed.
"""

from datetime import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST, require_safe

from clinics import clock
from clinics.calendar import local_date
from clinics.number_texts import number_text
from loyalty.activity_gifts import Activity, give_activity_gifts, offered_points
from patients import profile
from patients.cabinet.access import patient_page
from patients.cabinet.settings_forms import MessagesForm, ProfileForm
from patients.cabinet.users import user_of
from patients.consents import choose_messages
from patients.models import Patient, Preferences
from patients.phone import format_phone
from patients.preferences import keep_quiet, preferences_of, show_services
from patients.profile import BirthDateFixed, Profile

ROOM = "cabinet_settings"


@require_safe
@patient_page
def show(request: HttpRequest, patient: Patient) -> HttpResponse:
    return _page(request, patient)


@require_POST
@patient_page
def save_profile(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Whoever has filled in everything gets what the program gives for it, once."""
    form = _profile_form(patient, request.POST)
    if not form.is_valid():
        return _page(request, patient, profile_form=form)
    said = form.cleaned_data
    language = said["language"]
    try:
        is_whole = profile.update_profile(
            patient_id=patient.pk,
            profile=Profile(email=said["email"], language=language, birth_date=said.get("birth_date")),
        )
    except BirthDateFixed:
        # Another tab was faster; the page now shows the day that is written down.
        return redirect(ROOM)
    points = give_activity_gifts(Activity.PROFILE_FILLED, patient_id=patient.pk, at=clock.now()) if is_whole else 0
    with override(language):
        messages.success(request, _gift_text(points) if points else _("Saved."))
    response = redirect(ROOM)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
@patient_page
def save_messages(request: HttpRequest, patient: Patient) -> HttpResponse:
    form = _messages_form(patient, preferences_of(patient.pk), request.POST)
    if not form.is_valid():
        return _page(request, patient, messages_form=form)
    choose_messages(patient=patient, wanted=form.wanted, actor=user_of(patient), at=clock.now())
    begins, ends = form.quiet
    keep_quiet(patient=patient, begins=begins, ends=ends)
    messages.success(request, _("Saved."))
    return redirect(ROOM)


@require_POST
@patient_page
def save_history(request: HttpRequest, patient: Patient) -> HttpResponse:
    show_services(patient=patient, is_shown="shows_services" in request.POST)
    messages.success(request, _("Saved."))
    return redirect(ROOM)


def _page(
    request: HttpRequest,
    patient: Patient,
    *,
    profile_form: ProfileForm | None = None,
    messages_form: MessagesForm | None = None,
) -> HttpResponse:
    chosen = preferences_of(patient.pk)
    points = offered_points(Activity.PROFILE_FILLED, patient_id=patient.pk, at=clock.now())
    context = {
        "patient": patient,
        "phone": format_phone(patient.phone or ""),
        "profile_form": profile_form or _profile_form(patient),
        "profile_gift": _offer_text(points, is_whole=profile.is_whole(patient)) if points else "",
        "messages_form": messages_form or _messages_form(patient, chosen),
        "shows_services": chosen.shows_services,
    }
    return render(request, "cabinet/settings.html", context)


def _profile_form(patient: Patient, data: Any = None) -> ProfileForm:
    today = local_date(clock.now(), patient.home_clinic.tz)
    return ProfileForm(data, patient=patient, today=today)


def _messages_form(patient: Patient, chosen: Preferences, data: Any = None) -> MessagesForm:
    return MessagesForm(data, patient=patient, quiet=_quiet(chosen))


def _quiet(chosen: Preferences) -> tuple[time, time] | None:
    if chosen.quiet_from is None or chosen.quiet_until is None:
        return None
    return chosen.quiet_from, chosen.quiet_until


def _gift_text(points: int) -> str:
    text = ngettext(
        "Saved. Thank you: %(count)s point is yours.", "Saved. Thank you: %(count)s points are yours.", points
    )
    return text % {"count": number_text(points)}


def _offer_text(points: int, *, is_whole: bool) -> str:
    """Whoever had filled in everything before the program gave something for it only has to look it through."""
    if is_whole:
        text = ngettext(
            "Is everything right? Save it, and %(count)s point is yours.",
            "Is everything right? Save it, and %(count)s points are yours.",
            points,
        )
    else:
        text = ngettext(
            "Fill in the e-mail and the birth date, and %(count)s point is yours.",
            "Fill in the e-mail and the birth date, and %(count)s points are yours.",
            points,
        )
    return text % {"count": number_text(points)}
