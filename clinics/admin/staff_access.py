"""How a member of staff gets in: locked or not, the second step, open sessions; and the acts on them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock, second_step, staff_access, staff_lock
from clinics.models import PortalSession

UNLOCK, RESET, LOG_OUT = "unlock", "reset", "log_out"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Stays in the audit: for example “phone lost, came in person with a passport”."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


def access_page(request: HttpRequest, *, person: User, actor: User, site: AdminSite) -> HttpResponse:
    """The caller has found the person among those whom the actor may change."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _act(request.POST.get("act", ""), person=person, actor=actor, reason=form.cleaned_data["reason"])
        if done:
            messages.success(request, done)
            return HttpResponseRedirect(request.path)
        form.add_error(None, _("Nothing was done: choose one of the acts."))
    open_sessions = PortalSession.objects.filter(user=person, expire_date__gt=clock.real_now())
    context = {
        **site.each_context(request),
        "title": _("Access: %(name)s") % {"name": person.get_full_name() or person.get_username()},
        "opts": User._meta,
        "person": person,
        "form": form,
        "is_locked": staff_lock.is_locked(person),
        "has_phone": second_step.find_phone(person) is not None,
        "is_required": second_step.is_required(person),
        "is_own": person == actor,
        "sessions": open_sessions.count(),
    }
    return render(request, "admin/auth/user/access.html", context)


def _act(act: str, *, person: User, actor: User, reason: str) -> str:
    """What was done, in words; empty for what nobody offered."""
    done: dict[str, Any] = {"person": person, "actor": actor, "reason": reason, "at": clock.now()}
    name = {"name": person.get_full_name() or person.get_username()}
    if act == UNLOCK:
        staff_access.unlock(**done)
        return _("%(name)s may try to log in again.") % name
    # One's own phone is replaced by its own codes: else a stolen session would take the second step off.
    if act == RESET and person != actor:
        staff_access.reset_second_step(**done)
        return _("%(name)s sets the phone up anew at the next log-in; all sessions have ended.") % name
    if act == LOG_OUT and person != actor:
        staff_access.log_out_everywhere(**done)
        return _("%(name)s is logged out everywhere.") % name
    return ""
