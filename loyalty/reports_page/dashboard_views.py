"""The manager's first page: tiles with what has changed, charts, the list of reports. One filter bar for all."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.models import Receipt
from loyalty.reports.files.companions import asked_on_dashboard, question_on_dashboard
from loyalty.reports.filters import ReportFilters
from loyalty.reports.periods import days_of
from loyalty.reports.registry import figures_for, find_report, reports_for
from loyalty.reports.report import EXPORT, Report
from loyalty.reports.scope import Days, Scope
from loyalty.reports_page.access import open_report, read_filters
from loyalty.reports_page.chart_pictures import Size, chart_picture
from loyalty.reports_page.table import Linker, show_page
from loyalty.reports_page.tiles import tile_of
from loyalty.reports_page.words import days_text, period_of

SUMMARY = "summary"


def dashboard(request: HttpRequest) -> HttpResponse:
    summary = open_report(request, SUMMARY)
    filters = read_filters(request, summary)
    if not filters.is_valid():
        return _show(request, filters, {}, status=422)
    scope = filters.scope()
    linker = Linker(user=request.user, query=request.GET, days=scope.days)
    answer = {
        "scope": scope,
        "period": period_of(scope),
        "compared": days_text(scope.compared) if scope.compared is not None else "",
        "tiles": [tile_of(figure, scope, linker=linker) for figure in figures_for(request.user)],
        "charts": _charts(request, scope, today=filters.today()),
        "heat_maps": _heat_maps(request, scope),
        "has_receipts": Receipt.objects.filter(clinic__in=scope.clinic_ids).exists(),
    }
    return _show(request, filters, answer)


def _charts(request: HttpRequest, scope: Scope, *, today: date) -> list[dict[str, Any]]:
    """Each with the days that it tells of."""
    charts = []
    for report in reports_for(request.user):
        if not report.on_dashboard:
            continue
        asked = asked_on_dashboard(report, clinic=_clinic(request), days=scope.days)
        query = QueryDict(urlencode(asked))
        days = _days_of(report, scope, asked=asked, today=today)
        about = {"report_url": _report_url(report, asked), "days": days_text(days)}
        charts += [
            chart_picture(report, number, query=query, size=Size.HALF) | about
            for number in range(len(report.charts))
        ]
    return charts


def _days_of(report: Report, scope: Scope, *, asked: dict[str, str], today: date) -> Days:
    if "first" in asked:
        return scope.days
    has_period = "period" in report.filters.base_filters
    return days_of(report.filters.usual_period, today=today) if has_period else Days(today, today)


def _heat_maps(request: HttpRequest, scope: Scope) -> list[dict[str, Any]]:
    """Tables that are pictures by themselves, asked about as the charts are."""
    shown = [one for one in reports_for(request.user) if one.on_dashboard and any(c.is_heat for c in one.columns)]
    at = clock.now()
    found = []
    for report in shown:
        question = question_on_dashboard(
            report, user=request.user, clinic=_clinic(request), days=scope.days, at=at
        )
        if question is None:
            continue
        linker = Linker(user=request.user, query=request.GET, days=question.scope.days)
        page, rows = show_page(report, question.scope, number=1, linker=linker)
        if rows:
            asked = asked_on_dashboard(report, clinic=_clinic(request), days=scope.days)
            found.append(
                {
                    "title": report.title,
                    "url": _report_url(report, asked),
                    "columns": question.columns(),
                    "page": page,
                }
            )
    return found


def _report_url(report: Report, asked: dict[str, str]) -> str:
    url = reverse("admin:report", args=[report.code])
    return f"{url}?{urlencode(asked)}" if asked else url


def _clinic(request: HttpRequest) -> str:
    clinic = request.GET.get("clinic", "")
    return clinic if clinic.isdecimal() else ""


def _show(
    request: HttpRequest, filters: ReportFilters, answer: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    sections: dict[str, list[Report]] = {}
    for report in reports_for(request.user):
        if report.code != SUMMARY:
            sections.setdefault(str(report.section), []).append(report)
    context = admin.site.each_context(request) | {
        "title": _("Reports"),
        "is_nav_sidebar_enabled": False,
        "form": filters.form,
        "sections": list(sections.items()),
        "summary": find_report(SUMMARY),
        "query": request.GET.urlencode(),
        "may_export": request.user.has_perm(EXPORT),
        **answer,
    }
    return render(request, "loyalty/reports_page/dashboard.html", context, status=status)
