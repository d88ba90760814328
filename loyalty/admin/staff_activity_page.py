"""Staff activity: counts by person and period, and what deserves a look, with its receipts."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from clinics.calendar import end_of_day, local_date
from clinics.scope import clinics_with_permission
from loyalty.staff_activity import Anomaly, Period, find_anomalies, read_activity

PERMISSIONS = ("clinics.view_staffmember", "loyalty.view_receipt")
USUAL_DAYS = 30
LONGEST_DAYS = 366
KINDS = {
    Anomaly.OWN_CARD: gettext_lazy("The patient has the receptionist's own name"),
    Anomaly.OWN_PHONE: gettext_lazy("The patient has the receptionist's own phone"),
    Anomaly.ONE_CARD: gettext_lazy("Many receipts on one card"),
    Anomaly.OVERRIDES: gettext_lazy("Often without the patient's code"),
}


class PeriodForm(forms.Form):
    first = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("To, inclusive"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not timedelta() <= last - first < timedelta(days=LONGEST_DAYS):
            self.add_error("last", _("Choose a day after the first one, within a year of it."))
        return cleaned


def staff_activity(request: HttpRequest) -> HttpResponse:
    """The person's own clinics only."""
    clinics = list(clinics_with_permission(request.user, permissions=PERMISSIONS))
    if not clinics or not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied
    zone = ZoneInfo(settings.TIME_ZONE)
    today = local_date(clock.now(), zone)
    usual = {"first": (today - timedelta(days=USUAL_DAYS - 1)).isoformat(), "last": today.isoformat()}
    form = PeriodForm(request.GET if "first" in request.GET else usual)
    people, findings = [], []
    if form.is_valid():
        period = Period(
            clinics=clinics,
            starts_at=end_of_day(form.cleaned_data["first"] - timedelta(days=1), zone),
            ends_at=end_of_day(form.cleaned_data["last"], zone),
        )
        people = read_activity(period)
        findings = [(KINDS[finding.kind], finding) for finding in find_anomalies(period)]
    context = {"title": _("Staff activity"), "form": form, "people": people, "findings": findings}
    return render(
        request,
        "loyalty/admin/staff_activity.html",
        {**admin.site.each_context(request), "is_nav_sidebar_enabled": False, **context},
    )
