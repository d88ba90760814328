"""Log-in pages: the phone, then the code. Every answer is the same for a known and an unknown phone.

The page for the code serves the registration too.
"""

from http import HTTPStatus

from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinics import clock
from patients.cabinet import limits
from patients.cabinet.code_login import CodeLogin
from patients.cabinet.forms import CodeForm, PhoneForm
from patients.cabinet.join_session import keep_proved_phone
from patients.cabinet.limits import Refusal
from patients.cabinet.users import patient_of
from patients.phone import mask_phone


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_phone(request: HttpRequest) -> HttpResponse:
    """The phone in any spelling; a good one leads to the code page whoever owns it."""
    if patient_of(request.user) is not None:
        return redirect("cabinet_home")
    form = PhoneForm(request.POST or None)
    if not form.is_valid():
        return render(request, "cabinet/login.html", {"form": form})
    phone = form.cleaned_data["phone"]
    refusal = limits.take_request(request=request, phone=phone)
    if refusal is Refusal.LOCKED:
        return locked(request)
    if refusal is Refusal.TOO_SOON:
        waiting = CodeLogin.waiting(request)
        if waiting is not None and waiting.phone == phone:
            return redirect("account_confirm_login_code")
        form.add_error("phone", _("A code was sent to this number less than a minute ago. Wait a minute."))
        return render(request, "cabinet/login.html", {"form": form})
    CodeLogin.begin(request=request, phone=phone, next_url=get_next_redirect_url(request))
    return redirect("account_confirm_login_code")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_code(request: HttpRequest) -> HttpResponse:
    """The code from the SMS; the right one opens the cabinet."""
    process = CodeLogin.waiting(request)
    if process is None:
        return redirect("account_login")
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return _code_page(request, process=process, form=form)
    if limits.take_try(request=request, phone=process.phone) is Refusal.LOCKED:
        return locked(request, process=process)
    code = form.cleaned_data["code"]
    if process.accepts(code) or process.proves(code):
        limits.forget_tries(request=request, phone=process.phone)
        return process.enter() if process.user is not None else _to_registration(request, process=process)
    if limits.record_wrong_code(request=request, phone=process.phone) is Refusal.LOCKED:
        return locked(request, process=process)
    if not process.is_late:
        form.add_error("code", _("The code does not match. Check the latest message."))
    return _code_page(request, process=process, form=form)


@never_cache
def resend_code(request: HttpRequest) -> HttpResponse:
    """Another code to the same phone, a minute after the last one at the earliest; sent by POST only."""
    process = CodeLogin.waiting(request)
    if process is None:
        return redirect("account_login")
    if request.method != "POST":
        return redirect("account_confirm_login_code")
    refusal = limits.take_request(request=request, phone=process.phone, pause=process.pause)
    if refusal is Refusal.LOCKED:
        return locked(request, process=process)
    if refusal is None:
        process.send_code()
    return redirect("account_confirm_login_code")


@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Log out by POST; whoever opens the address by hand stays logged in and gets home."""
    if request.method != "POST":
        return redirect("cabinet_home")
    logout(request)
    return redirect("account_login")


def locked(request: HttpRequest, *, process: CodeLogin | None = None) -> HttpResponse:
    if process is not None:
        process.abort()
    return render(request, "cabinet/locked.html", status=HTTPStatus.TOO_MANY_REQUESTS)


def _to_registration(request: HttpRequest, *, process: CodeLogin) -> HttpResponse:
    keep_proved_phone(request, process.phone, now=clock.real_now())
    process.abort()
    return redirect("cabinet_join_about")


def _code_page(request: HttpRequest, *, process: CodeLogin, form: CodeForm) -> HttpResponse:
    context = {
        "form": form,
        "shown_phone": _shown_phone(process.phone),
        "seconds_to_resend": process.seconds_to_resend,
        "is_late": process.is_late,
        "is_joining": process.is_joining,
    }
    return render(request, "cabinet/code.html", context)


def _shown_phone(phone: str) -> str:
    """`+7 916 •••45-67`: enough to notice a slip, not enough to copy from over a shoulder."""
    start = f"{phone[:2]} {phone[2:5]}" if phone.startswith("+7") else phone[:3]
    return f"{start} {mask_phone(phone)}"
