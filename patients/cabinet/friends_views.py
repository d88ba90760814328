"""The room of friends: the patient's own link, code and QR, and how many have come by it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinics import clock
from clinics.number_texts import number_text, points_word
from clinics.qr_codes import qr_svg
from loyalty.friends import inviters_gift, read_funnel
from loyalty.program.versions import NoProgram, current_program
from patients.cabinet.access import patient_page
from patients.models import Patient
from patients.public_codes import friend_code_of
from patients.share_links import friend_link, without_scheme


@require_safe
@patient_page
def friends(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Five queries whatever the number of friends; the code is made at the first look."""
    if not patient.is_member:
        return render(request, "cabinet/friends.html", {"is_member": False})
    at = clock.now()
    code = friend_code_of(patient, at=at)
    funnel = read_funnel(patient)
    link = friend_link(code.text)
    context = {
        "is_member": True,
        "code": code.text,
        "link": link,
        "shown_link": without_scheme(link),
        "qr": qr_svg(link),
        "gifts": _gifts(),
        "has_friends": bool(funnel.opened or funnel.registered),
        "opened": number_text(funnel.opened),
        "registered": number_text(funnel.registered),
        "visited": number_text(funnel.visited),
        "earned": number_text(funnel.earned) if funnel.earned else "",
    }
    return render(request, "cabinet/friends.html", context)


@dataclass(frozen=True, slots=True)
class Gifts:
    """In words; empty where the program gives nothing."""

    friend: str = ""  # for joining
    own: str = ""  # for the friend's first paid visit


def _gifts() -> Gifts:
    try:
        program = current_program(at=clock.now()).program
    except NoProgram:
        return Gifts()
    own = inviters_gift(program)
    return Gifts(
        friend=points_word(program.welcome.points) if program.welcome else "", own=points_word(own) if own else ""
    )
