"""The dialog of consents: what the patient has said, how they said it, and why."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from patients.admin.dialog_page import Button, reason_field, required_actor, show_dialog, to_card
from patients.consents import CALLS, current_consents, decide_consent
from patients.models import ConsentRecord, Patient

PERMISSION = "patients.add_consentrecord"
Kind = ConsentRecord.Kind
# To agree to the rules is to join the program, an act of its own.
KINDS = (Kind.PERSONAL_DATA, Kind.SERVICE, Kind.ADVERTISING)
SOURCES = (ConsentRecord.Source.DESK, ConsentRecord.Source.CALL, ConsentRecord.Source.LETTER)


class ConsentForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Consent to"),
        choices=[(kind.value, kind.label) for kind in KINDS],
        widget=forms.RadioSelect,
        initial=Kind.ADVERTISING,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        required=False,
        choices=[("", gettext_lazy("every channel")), *Patient.Channel.choices, (CALLS, gettext_lazy("calls"))],
        help_text=gettext_lazy("For messages only."),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("How the patient said so"), choices=[(each.value, each.label) for each in SOURCES]
    )
    reason = reason_field(
        required=False,
        help_text=gettext_lazy("Needed to withdraw. Stays in the journal for ever: no names, no diagnoses."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "withdraw" in self.data and not cleaned.get("reason"):
            self.add_error("reason", _("Write why the consent is withdrawn: the journal keeps it."))
        return cleaned


def consent_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, PERMISSION)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        granted = "give" in request.POST
        said = form.cleaned_data
        # Data are processed as a whole: that consent knows no channels.
        channel = "" if said["kind"] == Kind.PERSONAL_DATA else said["channel"]
        is_new = decide_consent(
            patient=patient,
            granted=granted,
            actor=actor,
            at=clock.now(),
            **(said | {"channel": channel}),
        )
        if not is_new:
            messages.info(request, _("This is in force already. Nothing has been changed."))
        elif not granted and said["kind"] == Kind.PERSONAL_DATA:
            return _after_withdrawal(request, patient)
        else:
            messages.success(request, _("Written down in the journal of consents."))
        return to_card(patient)
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Consents"),
        form=form,
        buttons=(Button("give", _("Gives the consent")), Button("withdraw", _("Withdraws"), is_dangerous=True)),
        notes=tuple(_states(patient)),
    )


def _states(patient: Patient) -> list[str]:
    """What is in force, kind by kind."""
    consents = current_consents(patient.pk)
    lines = []
    for (kind, channel), granted in sorted(consents.items()):
        name = str(Kind(kind).label) + (f" ({Patient.Channel(channel).label})" if channel else "")
        lines.append(_("%(kind)s: given") % {"kind": name} if granted else _("%(kind)s: no") % {"kind": name})
    return lines or [_("Nothing has been agreed to yet.")]


def _after_withdrawal(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Without the consent the data may not be kept: the way leads to the erasure."""
    if request.user.has_perm("patients.erase_patient"):
        messages.warning(
            request, _("The consent to personal data is withdrawn. Look at what will be erased and confirm.")
        )
        return HttpResponseRedirect(reverse("admin:patients_patient_erase", args=[patient.pk]))
    messages.warning(
        request,
        _(
            "The consent to personal data is withdrawn. No messages go out any more."
            " Ask a manager to erase the data."
        ),
    )
    return to_card(patient)
