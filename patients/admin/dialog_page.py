"""What the dialogs of a patient's card share: the permission, the page, the way back to the card."""

from dataclasses import dataclass

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Button:
    """One way to send the form; `name` says which."""

    name: str
    label: str
    is_dangerous: bool = False


def required_actor(request: HttpRequest, *permissions: str) -> User:
    """The person, if their roles give all the permissions. Raises PermissionDenied."""
    user = request.user
    if not isinstance(user, User) or not user.has_perms(permissions):
        raise PermissionDenied
    return user


def card_url(patient: Patient) -> str:
    return reverse("admin:patients_patient_change", args=[patient.pk])


def to_card(patient: Patient) -> HttpResponseRedirect:
    return HttpResponseRedirect(card_url(patient))


def reason_field(*, help_text: str | Promise, required: bool = True, max_length: int = 200) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=max_length,
        required=required,
        help_text=help_text,  # type: ignore[arg-type]  # the stubs know one kind of promise
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )


def show_dialog(
    request: HttpRequest,
    *,
    patient: Patient,
    site: AdminSite,
    title: str,
    form: forms.Form,
    buttons: tuple[Button, ...],
    notes: tuple[str, ...] = (),
    template: str = "admin/patients/patient/dialog.html",
    **more: object,
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": title,
        "opts": Patient._meta,
        "patient": patient,
        "form": form,
        "buttons": buttons,
        "notes": notes,
        **more,
    }
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)
