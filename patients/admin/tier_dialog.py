"""The dialog that gives a patient a tier by hand, or ends one. Own permission; POST, then back to the card."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics import clock
from clinics.calendar import local_date
from clinics.number_texts import day_text
from loyalty.models import ManualTier, Standing
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.explanations import tier_title
from loyalty.tiers.manual import (
    EndOutOfRange,
    NoManualTier,
    end_manual_tier,
    find_manual_tier,
    grant_manual_tier,
)
from patients.models import Patient

PERMISSION = "loyalty.grant_manual_tier"


class TierForm(forms.Form):
    field_order = ("tier", "ends_on", "reason")

    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Inclusive. After it the tier is the one that the payments have earned."),
        widget=forms.DateInput(attrs={"type": "date", "class": "vTextField"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Stays in the audit. The patient does not see it."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, *args: Any, program: CompiledProgram, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ru"
        self.fields["tier"] = forms.ChoiceField(
            label=_("Tier"), choices=[(tier.code, tier.title.in_language(language)) for tier in program.tiers]
        )
        self.order_fields(self.field_order)


def tier_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = request.user
    if not isinstance(actor, User) or not actor.has_perm(PERMISSION):
        raise PermissionDenied
    at = clock.now()
    program = _program(patient, at=at)
    if request.method == "POST" and "end" in request.POST:
        return _end(request, patient=patient, actor=actor, at=at)
    form = TierForm(request.POST or None, program=program, initial={"tier": _tier_now(patient)})
    if request.method == "POST" and form.is_valid() and _granted(form, patient=patient, actor=actor, at=at):
        words = _words(form.cleaned_data["tier"], form.cleaned_data["ends_on"], patient, program=program, at=at)
        messages.success(request, _("The tier is “%(tier)s” or higher until %(day)s inclusive.") % words)
        return _to_card(patient)
    context = {
        **site.each_context(request),
        "title": _("Tier by hand"),
        "opts": Patient._meta,
        "patient": patient,
        "form": form,
        "present": _present(patient, program=program, at=at),
    }
    return render(request, "admin/patients/patient/tier.html", context)


def _program(patient: Patient, *, at: datetime) -> CompiledProgram:
    """Raises Http404 where there is nothing to give: no program, no tiers, no account."""
    try:
        program = current_program(at=at).program
    except NoProgram as error:
        raise Http404 from error
    if not program.tiers or not Standing.objects.filter(patient=patient).exists():
        raise Http404
    return program


def _tier_now(patient: Patient) -> str:
    return Standing.objects.values_list("tier", flat=True).get(patient=patient)


def _granted(form: TierForm, *, patient: Patient, actor: User, at: datetime) -> bool:
    """False with the reason beside its field."""
    try:
        grant_manual_tier(patient_id=patient.pk, author=actor, at=at, **form.cleaned_data)
    except EndOutOfRange as error:
        days = {"first": f"{error.first_day:%d.%m.%Y}", "last": f"{error.last_day:%d.%m.%Y}"}
        form.add_error("ends_on", _("Choose a day from %(first)s to %(last)s.") % days)
        return False
    return True


def _end(request: HttpRequest, *, patient: Patient, actor: User, at: datetime) -> HttpResponse:
    try:
        end_manual_tier(patient_id=patient.pk, actor=actor, at=at)
    except NoManualTier:
        messages.warning(request, _("There is no tier by hand any more: it has ended already."))
    else:
        messages.success(request, _("The tier by hand has ended: the earned one counts."))
    return _to_card(patient)


def _present(patient: Patient, *, program: CompiledProgram, at: datetime) -> dict[str, str] | None:
    """The tier by hand in force, in words."""
    manual: ManualTier | None = find_manual_tier(
        patient_id=patient.pk, today=local_date(at, patient.home_clinic.tz)
    )
    if manual is None:
        return None
    words = _words(manual.tier, manual.ends_on, patient, program=program, at=at)
    return {**words, "reason": manual.reason, "author": manual.author.get_full_name() or manual.author.username}


def _words(
    tier: str, ends_on: date, patient: Patient, *, program: CompiledProgram, at: datetime
) -> dict[str, str]:
    today = local_date(at, patient.home_clinic.tz)
    return {"tier": tier_title(program, tier), "day": day_text(ends_on, today=today)}


def _to_card(patient: Patient) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:patients_patient_change", args=[patient.pk]))
