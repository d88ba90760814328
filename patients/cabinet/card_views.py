"""The card that the patient shows at the desk: number, QR and the code that proves a consent to spend."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from clinics import clock
from clinics.number_texts import day_text, number_text
from clinics.qr_codes import qr_svg
from loyalty.ledger.balance import read_holdings
from loyalty.models import Standing
from patients.cabinet.access import patient_page
from patients.card_codes import qr_payload, shown_code
from patients.card_numbers import format_card
from patients.models import Card, Patient

FRAGMENT_HEADER = "X-Card-Fragment"


@dataclass(frozen=True, slots=True)
class CardSheet:
    """What a scanner reads off the screen and what a person reads out. Contacts have no code: nothing to spend."""

    number: str
    qr: SafeString
    code: str = ""
    seconds_left: int = 0


@require_safe
@patient_page
def card(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The whole page; for its script only the sheet, which changes with the minute."""
    number = _number_of(patient)
    sheet = _sheet(number, patient=patient) if number else None
    if FRAGMENT_HEADER in request.headers:
        if sheet is None:
            raise Http404
        return render(request, "cabinet/card_sheet.html", {"sheet": sheet})
    context = {
        "sheet": sheet,
        "offline": _bare_sheet(number) if number else None,
        "points": _points_text(patient),
    }
    return render(request, "cabinet/card.html", context)


@require_safe
@patient_page
def offline_card(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What the phone keeps for when there is no internet: the number, and the balance with its moment.

    Nothing of the history, and no code: the number alone is enough to earn.
    """
    number = _number_of(patient)
    if number is None:
        raise Http404
    moment = clock.now().astimezone(patient.home_clinic.tz)
    context = {
        "sheet": _bare_sheet(number),
        "points": _points_text(patient),
        "time": f"{moment:%H:%M}",
        "day": day_text(moment.date(), today=moment.date()),
    }
    return render(request, "cabinet/offline_card.html", context)


def _number_of(patient: Patient) -> str | None:
    """Of the open card."""
    cards = Card.objects.filter(patient=patient, status=Card.Status.ACTIVE)
    return cards.values_list("number", flat=True).first()


def _bare_sheet(number: str) -> CardSheet:
    return CardSheet(number=format_card(number), qr=qr_svg(qr_payload(number)))


def _sheet(number: str, *, patient: Patient) -> CardSheet:
    if not patient.is_member:
        return _bare_sheet(number)
    # Codes live by the clock on the wall, the demo's days or not.
    shown = shown_code(patient.pk, now=clock.real_now())
    return CardSheet(
        number=format_card(number),
        qr=qr_svg(qr_payload(number, shown.code)),
        code=f"{shown.code[:3]} {shown.code[3:]}",
        seconds_left=shown.seconds_left,
    )


def _points_text(patient: Patient) -> str:
    """As on home; empty for a person who has not joined."""
    standing = Standing.objects.filter(patient=patient).select_related("account").first()
    if standing is None:
        return ""
    holdings = read_holdings(account_id=standing.account_id, at=clock.now())
    return number_text(holdings.spendable - standing.account.debt)
