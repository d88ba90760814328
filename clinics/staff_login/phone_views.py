"""Setting the phone up: its QR, the first code, recovery codes shown once; later new codes or another phone."""

import base64
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from clinics import clock, second_step, staff_lock
from clinics.qr_codes import qr_svg
from clinics.staff_login import pending
from clinics.staff_login.form import LOCKED
from clinics.staff_login.landing import landing_url
from clinics.staff_login.views import WRONG_CODE, CodeForm, code_fits, to_password

NEW_PHONE = "new"


class FirstCodeForm(CodeForm):
    code = forms.CharField(
        label=gettext_lazy("Code that the app shows now"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "size": 12}),
    )


class MoveForm(FirstCodeForm):
    """The present phone answers for the new one."""

    field_order = ("present", "code")

    present = forms.CharField(
        label=gettext_lazy("Code of the phone before, or a recovery code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 12}),
    )


@never_cache
def phone_page(request: HttpRequest) -> HttpResponse:
    """For those whose log-in waits for it, and for anybody of the staff who wants a second step or has one."""
    waiting = pending.waiting(request)
    user = waiting.user if waiting else request.user
    if not isinstance(user, User) or not (waiting or admin.site.has_permission(request)):
        return to_password(request)
    has_phone = second_step.find_phone(user) is not None
    if waiting is not None and has_phone:
        # The password alone must not show or change what guards it.
        return to_password(request)
    if has_phone and request.GET.get("phone") != NEW_PHONE:
        return _ready(request, user=user)
    return _set_up(request, user=user, waiting=waiting, form_class=MoveForm if has_phone else FirstCodeForm)


def _set_up(
    request: HttpRequest, *, user: User, waiting: pending.PendingLogin | None, form_class: type[FirstCodeForm]
) -> HttpResponse:
    """Show the key; the first code of the app takes it into use."""
    form = form_class(request.POST or None)
    codes = _confirmed(request, form, user=user) if request.method == "POST" and form.is_valid() else []
    if codes:
        pending.finish(request, waiting or pending.PendingLogin(user=user, next_url=""))
        return _codes_page(request, user=user, codes=codes, next_url=waiting.next_url if waiting else "")
    phone = second_step.begin_set_up(user)
    key = base64.b32encode(phone.bin_key).decode().rstrip("=")
    context = {
        "title": _("Log-in with a code"),
        "form": form,
        "qr": qr_svg(phone.config_url),
        "key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
        "is_required": waiting is not None,
    }
    return _page(request, "admin/second_step_phone.html", context)


def _confirmed(request: HttpRequest, form: forms.Form, *, user: User) -> list[str]:
    """The recovery codes; none with the reason beside the field."""
    if not staff_lock.take_code_try(request=request, user=user):
        form.add_error("code", LOCKED)
        return []
    act = second_step.move_to_new_phone if isinstance(form, MoveForm) else second_step.confirm_set_up
    try:
        codes: list[str] = act(user=user, at=clock.now(), **form.cleaned_data)
    except second_step.WrongPresentCode:
        form.add_error("present", WRONG_CODE)
        return []
    except second_step.WrongCode:
        form.add_error("code", WRONG_CODE)
        return []
    staff_lock.forget_code_tries(user)
    return codes


def _ready(request: HttpRequest, *, user: User) -> HttpResponse:
    """What is set up; new recovery codes after a code of the phone."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and code_fits(request, form, user=user):
        codes = second_step.renew_recovery_codes(user=user, at=clock.now())
        return _codes_page(request, user=user, codes=codes, next_url="")
    codes_left = second_step.count_recovery_codes(user)
    context = {"title": _("Log-in with a code"), "form": form, "codes_left": codes_left, "new_phone": NEW_PHONE}
    return _page(request, "admin/second_step_ready.html", context)


def _codes_page(request: HttpRequest, *, user: User, codes: list[str], next_url: str) -> HttpResponse:
    """Shown in the answer to the POST itself: kept for a redirect, they would lie in the session in the clear."""
    context = {
        "title": _("Recovery codes"),
        "codes": codes,
        "next_url": landing_url(user=user, next_url=next_url),
    }
    return _page(request, "admin/second_step_codes.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context})
