"""The password page and the page of the second step."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from clinics import clock, second_step, staff_lock
from clinics.staff_login import pending
from clinics.staff_login.form import LOCKED
from clinics.staff_login.landing import landing_url

WRONG_CODE = gettext_lazy(
    "The code does not fit. Wait for the next one in the app; the phone's clock must be set by the network."
)


class CodeForm(forms.Form):
    """One field for a code of the app or a recovery code; `check` decides, and says what went wrong."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false", "size": 12}
        ),
    )


class StaffLoginView(LoginView):
    """Logs in with the password alone only those who need no second step and have set none up."""

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if second_step.find_phone(user):
            pending.begin(self.request, user=user, next_url=self.get_redirect_url())
            return HttpResponseRedirect(reverse("admin:second_step"))
        if second_step.is_required(user):
            pending.begin(self.request, user=user, next_url=self.get_redirect_url())
            return HttpResponseRedirect(reverse("admin:second_step_phone"))
        return super().form_valid(form)

    def get_success_url(self) -> str:
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  # asked after the log-in only
        return landing_url(user=user, next_url=self.get_redirect_url())


@never_cache
def second_step_page(request: HttpRequest) -> HttpResponse:
    """Asks for the code of the person whose password was right."""
    waiting = pending.waiting(request)
    if waiting is None or second_step.find_phone(waiting.user) is None:
        return to_password(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and code_fits(request, form, user=waiting.user):
        pending.finish(request, waiting)
        return HttpResponseRedirect(landing_url(user=waiting.user, next_url=waiting.next_url))
    context = {**admin.site.each_context(request), "title": _("Code from the app"), "form": form}
    return render(request, "admin/second_step.html", context)


def code_fits(request: HttpRequest, form: CodeForm, *, user: User) -> bool:
    """Count the try, look at the code; False with the reason beside the field."""
    if not staff_lock.take_code_try(request=request, user=user):
        form.add_error("code", LOCKED)
        return False
    if not second_step.accepts(user=user, code=form.cleaned_data["code"], at=clock.now()):
        form.add_error("code", WRONG_CODE)
        return False
    staff_lock.forget_code_tries(user)
    return True


def to_password(request: HttpRequest) -> HttpResponse:
    """Back to the first step: it was not taken, or too long ago."""
    if request.session.pop(pending.IN_SESSION, None) is not None:
        messages.warning(request, _("The log-in took too long or was changed meanwhile. Begin with the password."))
    return redirect_to_login(reverse("admin:index"), reverse("admin:login"))
