"""The cabinet's first room: what the patient has, what burns when, how far the next tier is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinics import clock
from patients.cabinet import home_texts
from patients.cabinet.access import patient_page
from patients.cabinet.history_texts import HistoryRow, Reader, history_row
from patients.cabinet.home_facts import HomeFacts, read_home
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
        "booking_url": _web_address(patient.home_clinic.booking_url),
        "is_member": facts.standing is not None,
        "card": format_card(facts.card),
        "balance": home_texts.balance_text(facts),
        "burning": home_texts.burning_texts(facts),
        "schedule": home_texts.schedule_texts(facts),
        "tier": home_texts.tier_text(facts),
        "welcome": home_texts.welcome_text(facts),
        "operations": _operations(facts, tz=patient.home_clinic.tz, at=at),
    }
    return render(request, "cabinet/home.html", context)


def _operations(facts: HomeFacts, *, tz: ZoneInfo, at: datetime) -> list[HistoryRow]:
    if facts.standing is None:
        return []
    reader = Reader(
        schedule=facts.holdings.schedule,
        rolling_until=facts.standing.account.rolling_until,
        program=facts.program,
        tz=tz,
        at=at,
    )
    return [
        history_row(row, receipt=facts.operations.receipt_of(row), reader=reader) for row in facts.operations.rows
    ]


def _web_address(booking_url: str) -> str:
    """Booking links are kept short for SMS, without a scheme; no other scheme than the web's gets through."""
    if not booking_url or booking_url.startswith(("https://", "http://")):
        return booking_url
    return f"https://{booking_url}"
