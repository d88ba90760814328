"""A report by e-mail: who gets it and on which day; the list of what is set up, and a button to stop each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from clinics.scope import clinics_of
from loyalty.models import ReportMail
from loyalty.reports.mailing import set_up_mail
from loyalty.reports.report import EXPORT, Report
from loyalty.reports_page.access import open_report, read_filters
from loyalty.reports_page.file_views import actor_of

WEEKDAYS = (
    gettext_lazy("Mondays"), gettext_lazy("Tuesdays"), gettext_lazy("Wednesdays"), gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"), gettext_lazy("Saturdays"), gettext_lazy("Sundays"),
)  # fmt: skip
DAYS = [
    *((f"WEEK-{number}", weekday) for number, weekday in enumerate(WEEKDAYS, start=1)),
    ("MONTH-1", gettext_lazy("On the first of each month")),
    ("MONTH-15", gettext_lazy("On the 15th of each month")),
]


BY_NAME = ("last_name", "first_name", "username")


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.get_username())


class MailForm(forms.Form):
    day = forms.ChoiceField(label=gettext_lazy("When"), choices=DAYS)
    recipients = PeopleField(
        label=gettext_lazy("To whom"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one person.")},
        help_text=gettext_lazy("Staff of your clinics with an e-mail address. Each gets what they may see."),
    )

    def __init__(self, data: Any, *, people: Any) -> None:
        super().__init__(data)
        self.fields["recipients"].queryset = people  # type: ignore[attr-defined]


def report_mail(request: HttpRequest, report: str) -> HttpResponse:
    shown = _open(request, report)
    if not read_filters(request, shown).is_valid():
        return HttpResponseRedirect(f"{reverse('admin:report', args=[report])}?{request.GET.urlencode()}")
    colleagues = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    people = colleagues.filter(staff_member__clinics__in=clinics_of(request.user)).distinct().order_by(*BY_NAME)
    form = MailForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        every, _dash, day = form.cleaned_data["day"].partition("-")
        set_up_mail(
            report=report, query=request.GET.urlencode(), every=every, day=int(day),
            recipients=form.cleaned_data["recipients"], actor=actor_of(request), at=clock.now(),
        )  # fmt: skip
        return HttpResponseRedirect(request.get_full_path())
    context = admin.site.each_context(request) | {
        "title": _("By e-mail"),
        "is_nav_sidebar_enabled": False,
        "report": shown,
        "form": form,
        "mails": [_told(mail) for mail in _mails(request, report)],
        "back_url": f"{reverse('admin:report', args=[report])}?{request.GET.urlencode()}",
    }
    return render(request, "loyalty/reports_page/mail.html", context, status=422 if form.errors else 200)


def report_mail_stop(request: HttpRequest, report: str, mail_id: int) -> HttpResponse:
    _open(request, report)
    if request.method == "POST":
        mail = _mails(request, report).filter(pk=mail_id).first()
        if mail is None:
            raise Http404
        mail.delete()
    return HttpResponseRedirect(reverse("admin:report_mail", args=[report]))


def _open(request: HttpRequest, code: str) -> Report:
    report = open_report(request, code)
    if not request.user.has_perm(EXPORT):
        raise PermissionDenied
    return report


def _mails(request: HttpRequest, report: str) -> Any:
    """Those the person has set up or gets: other people's are theirs to stop."""
    own = ReportMail.objects.filter(report=report, created_by=request.user.pk)
    got = ReportMail.objects.filter(report=report, recipients=request.user.pk)
    return (own | got).distinct().order_by("id")


def _told(mail: ReportMail) -> dict[str, Any]:
    days = dict(DAYS)
    people = ", ".join(person.get_full_name() or person.get_username() for person in mail.recipients.all())
    when = days.get(f"{mail.every}-{mail.day}", "")
    return {"pk": mail.pk, "when": when, "people": people, "next_on": mail.next_on}
