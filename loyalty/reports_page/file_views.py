"""A report as a file; with names and phones only for a reason that stays in the audit."""

from typing import IO

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from loyalty.reports.files.building import CONTENT_TYPES, MOST_AT_ONCE, FileKind, build_file, record_export
from loyalty.reports.files.companions import questions_of_file
from loyalty.reports.files.question import Question, file_name, question_of, with_personal_data
from loyalty.reports.files.waiting import ask_file
from loyalty.reports.report import EXPORT, EXPORT_PERSONAL
from loyalty.reports_page.access import open_report, read_filters

LONGEST_REASON = 300


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What the names and phones are for"),
        max_length=LONGEST_REASON,
        min_length=3,
        help_text=gettext_lazy("Stays in the audit with your name."),
        error_messages={"required": gettext_lazy("Write what they are for: it stays in the audit.")},
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[(FileKind.XLSX, "Excel"), (FileKind.CSV, "CSV")],
        initial=FileKind.XLSX,
    )


def report_xlsx(request: HttpRequest, report: str) -> HttpResponseBase:
    return _file(request, report, FileKind.XLSX)


def report_csv(request: HttpRequest, report: str) -> HttpResponseBase:
    return _file(request, report, FileKind.CSV)


def report_personal(request: HttpRequest, report: str) -> HttpResponseBase:
    """Asks what names and phones are for, then gives them."""
    question = _question(request, report, EXPORT_PERSONAL)
    if question is None:
        return _back(request, report)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = FileKind(form.cleaned_data["kind"])
        return _answer(request, with_personal_data(question), kind, reason=form.cleaned_data["reason"])
    context = admin.site.each_context(request) | {
        "title": _("Names and phones"),
        "is_nav_sidebar_enabled": False,
        "report": question.report,
        "form": form,
        "back_url": _page_url(request, report),
    }
    status = 422 if form.errors else 200
    return render(request, "loyalty/reports_page/personal.html", context, status=status)


def _file(request: HttpRequest, report: str, kind: FileKind) -> HttpResponseBase:
    question = _question(request, report, EXPORT)
    return _back(request, report) if question is None else _answer(request, question, kind, reason="")


def _question(request: HttpRequest, code: str, permission: str) -> Question | None:
    """None when the filters are wrong: the report's own page says what is. Raises PermissionDenied."""
    report = open_report(request, code)
    if not request.user.has_perms({EXPORT, permission}):
        raise PermissionDenied
    filters = read_filters(request, report)
    return question_of(report, filters) if filters.is_valid() else None


def _answer(request: HttpRequest, question: Question, kind: FileKind, *, reason: str) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    questions = questions_of_file(question, kind=kind, user=actor, typed=request.GET, at=at)
    if sum(one.report.weight(one.scope) for one in questions) > MOST_AT_ONCE:
        record_export(question, kind=kind, actor=actor, reason=reason, at=at)
        run = ask_file(
            report=question.report.code, query=request.GET.urlencode(), kind=kind,
            rows=question.report.count(question.scope) or 0, reason=reason, actor=actor, at=at,
        )  # fmt: skip
        return HttpResponseRedirect(reverse("admin:report_file", args=[run.pk]))
    stream = build_file(questions, kind=kind, asked_by=actor)
    record_export(question, kind=kind, actor=actor, reason=reason, at=at)
    return download(
        stream, name=file_name(question, extension=kind, is_summary=question.report.is_summary), kind=kind
    )


def download(stream: IO[bytes], *, name: str, kind: FileKind) -> FileResponse:
    answer = FileResponse(stream, as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind])
    answer["Cache-Control"] = "no-store"
    return answer


def actor_of(request: HttpRequest) -> User:
    """Raises PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _page_url(request: HttpRequest, report: str) -> str:
    return f"{reverse('admin:report', args=[report])}?{request.GET.urlencode()}"


def _back(request: HttpRequest, report: str) -> HttpResponse:
    return HttpResponseRedirect(_page_url(request, report))
