"""Self-registration: the phone, its code, then who one is and what one agrees to. Ends at home as a member.

The first two pages are the same for a known and an unknown phone; only its owner gets to the third.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinics import clock
from clinics.number_texts import points_word
from loyalty.program.versions import NoProgram, current_program
from loyalty.self_registration import Newcomer, join_contact, join_program, refuse_invitation
from patients.cabinet import limits, refusal_texts
from patients.cabinet.adapter import PatientAccountAdapter
from patients.cabinet.code_login import CodeLogin
from patients.cabinet.forms import PhoneForm
from patients.cabinet.join_form import JoinForm, offered_clinics
from patients.cabinet.join_session import JoinSession, forget_join, keep_opening_counted, read_join
from patients.cabinet.limits import JOIN_PAUSE, Refusal
from patients.cabinet.login_views import locked
from patients.cabinet.users import find_patient, may_be_entered, patient_of, user_of
from patients.models import Patient
from patients.public_codes import count_opening, find_friend_code, inviter_by


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """What joining gives, and the phone; a good one leads to the code page whoever owns it."""
    if patient_of(request.user) is not None:
        return redirect("cabinet_join_about")
    kept = read_join(request, now=clock.real_now())
    if request.method == "GET":
        _count_opening(request, kept)
    form = PhoneForm(request.POST or None)
    if not form.is_valid():
        return _phone_page(request, form=form, kept=kept)
    phone = form.cleaned_data["phone"]
    refusal = limits.take_request(request=request, phone=phone, pause=JOIN_PAUSE)
    if refusal is Refusal.LOCKED:
        return locked(request)
    if refusal is Refusal.TOO_SOON:
        waiting = CodeLogin.waiting(request)
        if waiting is not None and waiting.phone == phone and waiting.is_joining:
            return redirect("account_confirm_login_code")
        form.add_error("phone", _("A code was sent to this number less than a minute ago. Wait a minute."))
        return _phone_page(request, form=form, kept=kept)
    CodeLogin.begin(request=request, phone=phone, next_url=reverse("cabinet_join_about"), is_joining=True)
    return redirect("account_confirm_login_code")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: HttpRequest) -> HttpResponse:
    """Name and consents of whoever has proved the phone: a stranger, or a contact who has logged in."""
    kept = read_join(request, now=clock.real_now())
    patient = patient_of(request.user)
    if patient is None and not kept.phone:
        return redirect("cabinet_join")
    if patient is not None and patient.is_member:
        return _already_in(request, patient, kept=kept)
    form = JoinForm(request.POST or None, known=patient, clinics=offered_clinics(kept.channel))
    if not form.is_valid():
        return render(request, "cabinet/join_about.html", {"form": form}, status=422 if form.is_bound else 200)
    return _take_in(request, patient, _newcomer(form, patient=patient, kept=kept))


def _take_in(request: HttpRequest, patient: Patient | None, newcomer: Newcomer) -> HttpResponse:
    at = clock.now()
    try:
        joined = join_contact(patient, newcomer, at=at) if patient else join_program(newcomer, at=at)
    except NoProgram:
        return render(request, "cabinet/join_closed.html")
    forget_join(request)
    if patient is None and not _enter(request, joined.patient):
        return redirect("account_login")
    if joined.has_joined and joined.patient.standing.has_left_before:
        text = _("Welcome back. Points for joining are given once; your visits earn points as everybody's do.")
        messages.success(request, text)
    if joined.refusal is not None:
        return refusal_texts.show(request, joined.refusal, has_joined=joined.has_joined)
    return redirect("cabinet_home")


def _phone_page(request: HttpRequest, *, form: PhoneForm, kept: JoinSession) -> HttpResponse:
    context = {"form": form, "is_invited": bool(kept.friend), "gift": _gift()}
    return render(request, "cabinet/join.html", context)


def _gift() -> str:
    """What a newcomer gets at once; empty when the program gives nothing or is not in force."""
    try:
        welcome = current_program(at=clock.now()).program.welcome
    except NoProgram:
        return ""
    return points_word(welcome.points) if welcome else ""


def _count_opening(request: HttpRequest, kept: JoinSession) -> None:
    """A visitor is counted when their session has come back: previews in messengers keep none."""
    if not kept.friend or kept.is_opening_counted:
        return
    code = find_friend_code(kept.friend)
    if code is not None:
        count_opening(code.pk)
    keep_opening_counted(request)


def _inviter(kept: JoinSession) -> Patient | None:
    code = find_friend_code(kept.friend) if kept.friend else None
    return inviter_by(code) if code else None


def _already_in(request: HttpRequest, patient: Patient, *, kept: JoinSession) -> HttpResponse:
    refusal = refuse_invitation(patient, _inviter(kept))
    forget_join(request)
    if refusal is not None:
        return refusal_texts.show(request, refusal)
    return redirect("cabinet_home")


def _newcomer(form: JoinForm, *, patient: Patient | None, kept: JoinSession) -> Newcomer:
    said = form.cleaned_data
    return Newcomer(
        phone=patient.phone or "" if patient else kept.phone,
        last_name=said.get("last_name", ""),
        first_name=said.get("first_name", ""),
        birth_date=said.get("birth_date"),
        clinic=patient.home_clinic if patient else form.home_clinic,
        language=get_language() or "ru",
        advertising=tuple(said["advertising"]),
        source=kept.channel,
        inviter=_inviter(kept),
    )


def _enter(request: HttpRequest, patient: Patient) -> bool:
    """Log the proved phone's owner in; False when the row may not be entered by a code."""
    if patient.phone is None or find_patient(patient.phone) is None:
        return False
    user = user_of(Patient.objects.select_related("user").get(pk=patient.pk))
    if not may_be_entered(user):
        return False
    # The log-in's own way: what the first one brings is brought here too.
    PatientAccountAdapter(request).login(request, user)
    return True
