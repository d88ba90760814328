"""The cabinet's first room: what the patient has, what burns when, how far the next tier is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from clinics import clock
from patients.cabinet import home_texts
from patients.cabinet.access import patient_page
from patients.cabinet.home_facts import read_home
from patients.cabinet.operations import worded
from patients.card_numbers import format_card
from patients.models import Patient


@require_safe
@patient_page
def home(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = clock.now()
    facts = read_home(patient, at=at)
    context = {
        "patient": patient,
        "clinic": patient.home_clinic,
        "booking_url": _web_address(patient.home_clinic.booking_url) or reverse("cabinet_booking"),
        "is_member": facts.standing is not None,
        "card": format_card(facts.card),
        "balance": home_texts.balance_text(facts),
        "burning": home_texts.burning_texts(facts),
        "schedule": home_texts.schedule_texts(facts),
        "tier": home_texts.tier_text(facts),
        "welcome": home_texts.welcome_text(facts),
        "friend": home_texts.friend_text(facts),
        "operations": [],
    }
    if facts.standing is not None:
        context["operations"] = worded(
            facts.operations,
            standing=facts.standing,
            holdings=facts.holdings,
            program=facts.program,
            tz=patient.home_clinic.tz,
            at=at,
        )
    return render(request, "cabinet/home.html", context)


def _web_address(booking_url: str) -> str:
    """Booking links are kept short for SMS, without a scheme; no other scheme than the web's gets through."""
    if not booking_url or booking_url.startswith(("https://", "http://")):
        return booking_url
    return f"https://{booking_url}"
