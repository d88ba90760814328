"""Privileges for points: the list, one question, the code. Two taps, and a reload never spends twice."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinics import clock
from clinics.number_texts import number_text, points_word
from clinics.qr_codes import qr_svg
from loyalty.checkout.member_state import MemberState, NoAccount, read_member_state
from loyalty.ledger.posting import AccountInDebt, InsufficientPoints
from loyalty.models import Privilege, PrivilegeCode
from loyalty.privileges.buying import (
    NotOffered,
    OtherTiersOnly,
    PriceChanged,
    PrivilegeWish,
    SoldOut,
    buy_privilege,
)
from loyalty.privileges.catalogue import find_offered, offer_of, offers_for
from loyalty.privileges.code_names import shown_code
from loyalty.program.versions import NoProgram, RunningProgram, current_program
from patients.cabinet import reward_texts
from patients.cabinet.access import patient_page
from patients.models import Patient

TOKEN_SALT = "patients.cabinet.reward"  # noqa: S105  # a name, not a secret
SHOWN_CODES = 20
CHANGED = 409


@dataclass(frozen=True, slots=True)
class _Buyer:
    """A member with an account, under the program in force."""

    member: MemberState
    running: RunningProgram


@require_safe
@patient_page
def rewards(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What points buy, and what has been bought."""
    at = clock.now()
    buyer = _buyer(patient, at=at)
    context: dict[str, Any] = {"is_member": buyer is not None}
    if buyer is not None:
        member, program = buyer.member, buyer.running.program
        debt = member.standing.account.debt
        cards = [
            reward_texts.offer_card(offer, program=program, today=member.today) for offer in offers_for(member)
        ]
        codes = _codes(patient, at=at)
        context |= {
            "points": number_text(member.holdings.spendable),
            "debt": points_word(debt) if debt else "",
            "offers": cards,
            "open_codes": [code for code in codes if code.is_open],
            "past_codes": [code for code in codes if not code.is_open],
        }
    return render(request, "cabinet/rewards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def reward(request: HttpRequest, patient: Patient, privilege_id: int) -> HttpResponse:
    """The question before the points go; the answer leads to the code's own address."""
    at = clock.now()
    if request.method != "POST":
        return _ask(request, patient, privilege_id, at=at)
    wish = _wish(request.POST.get("token", ""), patient=patient, privilege_id=privilege_id)
    if wish is None:
        text = _("The page has become old. Check the price and confirm again.")
        return _ask(request, patient, privilege_id, at=at, refusal=text)
    try:
        bought = buy_privilege(wish, at=at)
    except (NoAccount, NoProgram, NotOffered):
        text = _("This reward is no longer offered. Choose another one.")
    except SoldOut:
        text = _("The last one has just been taken. Choose another reward.")
    except OtherTiersOnly:
        text = _("This reward is for other tiers. Choose another one.")
    except PriceChanged as changed:
        text = _("The price has changed: %(points)s now. Nothing has been spent.") % {
            "points": points_word(changed.price)
        }
    except InsufficientPoints as short:
        missing = reward_texts.missing_text(short.needed - short.spendable)
        text = _("%(missing)s. Nothing has been spent.") % {"missing": missing}
    except AccountInDebt as owing:
        text = _("New points pay off a debt of %(points)s first. Nothing has been spent.") % {
            "points": points_word(owing.debt)
        }
    else:
        address = reverse("cabinet_reward_code", args=[bought.code.pk])
        return HttpResponseRedirect(f"{address}?new=1")
    return _ask(request, patient, privilege_id, at=at, refusal=text, was_offered=True)


@require_safe
@patient_page
def reward_code(request: HttpRequest, patient: Patient, code_id: int) -> HttpResponse:
    """The code as the desk scans it, or what became of it. Another patient's is not there."""
    at = clock.now()
    code = PrivilegeCode.objects.filter(pk=code_id, patient=patient).select_related("privilege").first()
    if code is None:
        raise Http404
    card = reward_texts.code_card(code, at=at, tz=patient.home_clinic.tz)
    context = {
        "card": card,
        # Letters and digits only, so that a scanner types them in any layout of the keyboard.
        "qr": qr_svg(code.key) if card.is_open else "",
        "is_new": card.is_open and "new" in request.GET,
    }
    return render(request, "cabinet/reward_code.html", context)


def _buyer(patient: Patient, *, at: datetime) -> _Buyer | None:
    if not patient.is_member:
        return None
    try:
        running = current_program(at=at)
        member = read_member_state(patient_id=patient.pk, program=running.program, at=at)
    except (NoProgram, NoAccount):
        return None
    return _Buyer(member=member, running=running)


def _codes(patient: Patient, *, at: datetime) -> list[reward_texts.CodeCard]:
    """The newest first. One query."""
    codes = PrivilegeCode.objects.filter(patient=patient).select_related("privilege").order_by("-id")
    return [reward_texts.code_card(code, at=at, tz=patient.home_clinic.tz) for code in codes[:SHOWN_CODES]]


def _ask(
    request: HttpRequest,
    patient: Patient,
    privilege_id: int,
    *,
    at: datetime,
    refusal: str = "",
    was_offered: bool = False,
) -> HttpResponse:
    """`was_offered`: a confirmation proves that this patient has been asked about it."""
    buyer = _buyer(patient, at=at)
    privilege = None
    if buyer is not None:
        clinic_id = patient.home_clinic_id
        privilege = find_offered(privilege_id, day=buyer.member.today, clinic_id=clinic_id)
    if buyer is None or privilege is None:
        if not was_offered:
            raise Http404
        return render(request, "cabinet/reward.html", {"refusal": refusal}, status=CHANGED)
    member = buyer.member
    card = reward_texts.offer_card(
        offer_of(privilege, member=member), program=buyer.running.program, today=member.today
    )
    context = {
        "card": card,
        "points": number_text(member.holdings.spendable),
        "question": reward_texts.question_text(privilege.price, days=privilege.valid_days),
        "token": _token(patient, privilege_id=privilege.pk, points=privilege.price),
        "refusal": refusal,
        "held": _held_code(patient, privilege, today=member.today),
    }
    return render(request, "cabinet/reward.html", context, status=CHANGED if refusal else 200)


def _held_code(patient: Patient, privilege: Privilege, *, today: date) -> dict[str, Any] | None:
    """A code for the same reward that may still be used: whoever comes back here by mistake sees it."""
    codes = PrivilegeCode.objects.filter(patient=patient, privilege=privilege, valid_to__gte=today)
    code = codes.filter(status=PrivilegeCode.Status.OPEN).order_by("-id").first()
    return {"id": code.pk, "text": shown_code(code.key, get_language() or "ru")} if code else None


def _token(patient: Patient, *, privilege_id: int, points: int) -> str:
    """One confirmation: whoever sends it twice gets the first code."""
    content = {"patient": patient.pk, "privilege": privilege_id, "points": points, "key": uuid.uuid4().hex}
    return signing.dumps(content, salt=TOKEN_SALT)


def _wish(token: str, *, patient: Patient, privilege_id: int) -> PrivilegeWish | None:
    try:
        content = signing.loads(token, salt=TOKEN_SALT)
    except signing.BadSignature:
        return None
    if (content["patient"], content["privilege"]) != (patient.pk, privilege_id):
        return None
    return PrivilegeWish(
        patient_id=patient.pk, privilege_id=privilege_id, points=content["points"], key=content["key"]
    )
