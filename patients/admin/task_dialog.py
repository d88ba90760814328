"""The dialog «Call the patient»: a task by hand for the call list of the reception."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from clinics.calendar import local_date
from loyalty.calls.requests import FARTHEST_DAYS, CallsRefused, add_task
from patients.admin.dialog_page import Button, required_actor, show_dialog, to_card
from patients.models import Patient

PERMISSION = "loyalty.add_calltask"


class TaskForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What to call about"),
        max_length=200,
        help_text=gettext_lazy("The reception reads it in the call list."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )
    due_date = forms.DateField(
        label=gettext_lazy("Call on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"due_date": today})
        self.today = today

    def clean_due_date(self) -> date:
        day: date = self.cleaned_data["due_date"]
        if not self.today <= day <= self.today + timedelta(days=FARTHEST_DAYS):
            raise forms.ValidationError(_("Choose a day from today on, within half a year."))
        return day


def task_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, PERMISSION)
    at = clock.now()
    today = local_date(at, patient.home_clinic.tz)
    form = TaskForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            add_task(patient=patient, clinic=patient.home_clinic, actor=actor, at=at, **form.cleaned_data)
        except CallsRefused:
            form.add_error(None, _("The patient has asked not to be called. Write to them instead."))
        else:
            messages.success(request, _("The task is on the call list."))
            return to_card(patient)
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Call the patient"),
        form=form,
        buttons=(Button("save", _("Put on the call list")),),
    )
