"""The dialog that makes a contact a member: they have agreed to the rules at the desk."""

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from loyalty.enrolment import enrol_contact
from loyalty.models import Standing
from loyalty.program.versions import NoProgram
from patients.admin.dialog_page import Button, required_actor, show_dialog, to_card
from patients.models import ConsentRecord, Patient

PERMISSION = "patients.add_patient"


class JoiningForm(forms.Form):
    rules = forms.BooleanField(
        label=gettext_lazy("Agrees to the rules of the program and to the processing of personal data"),
        error_messages={"required": gettext_lazy("Without the consent nobody joins. Ask the patient and tick.")},
    )


def joining_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, PERMISSION)
    form = JoiningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            is_new = enrol_contact(patient=patient, at=clock.now(), source=ConsentRecord.Source.DESK, actor=actor)
        except NoProgram:
            form.add_error(
                None, _("No program is in force: there is nothing to join. Ask the manager to publish it.")
            )
        else:
            if is_new and Standing.objects.filter(patient=patient, has_left_before=True).exists():
                text = _("A member again. This phone has had the gifts for joining, so they are not repeated.")
                messages.success(request, text)
            elif is_new:
                messages.success(request, _("A member of the program now. Welcome points, if any, are given."))
            else:
                messages.info(request, _("A member already. Nothing has been changed."))
            return to_card(patient)
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Join the program"),
        form=form,
        buttons=(Button("join", _("Make a member")),),
        notes=(_("Known as a contact: points are neither earned nor spent until the rules are agreed to."),),
    )
