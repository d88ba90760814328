"""The manager's first page: tiles with what has changed, charts, the list of reports. One filter bar for all."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.models import Receipt
from loyalty.reports.files.companions import question_of_usual_days
from loyalty.reports.filters import ReportFilters
from loyalty.reports.registry import figures_for, find_report, reports_for
from loyalty.reports.report import EXPORT, Report
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
        "charts": _charts(request),
        "heat_maps": _heat_maps(request),
        "has_receipts": Receipt.objects.filter(clinic__in=scope.clinic_ids).exists(),
    }
    return _show(request, filters, answer)


def _charts(request: HttpRequest) -> list[dict[str, Any]]:
    """Of the clinic that is chosen, over each report's own usual days: a chart by months needs more than one."""
    query = QueryDict(_clinic_query(request).removeprefix("?"))
    return [
        chart_picture(report, number, query=query, size=Size.HALF)
        | {"report_url": f"{reverse('admin:report', args=[report.code])}{_clinic_query(request)}"}
        for report in reports_for(request.user)
        if report.on_dashboard
        for number in range(len(report.charts))
    ]


def _heat_maps(request: HttpRequest) -> list[dict[str, Any]]:
    """Tables that are pictures by themselves, asked about as the charts are."""
    shown = [one for one in reports_for(request.user) if one.on_dashboard and any(c.is_heat for c in one.columns)]
    at = clock.now()
    found = []
    for report in shown:
        question = question_of_usual_days(report, user=request.user, typed=request.GET, at=at)
        if question is None:
            continue
        linker = Linker(user=request.user, query=request.GET, days=question.scope.days)
        page, rows = show_page(report, question.scope, number=1, linker=linker)
        if rows:
            url = f"{reverse('admin:report', args=[report.code])}{_clinic_query(request)}"
            found.append({"title": report.title, "url": url, "columns": question.columns(), "page": page})
    return found


def _clinic_query(request: HttpRequest) -> str:
    clinic = request.GET.get("clinic", "")
    return f"?clinic={clinic}" if clinic.isdecimal() else ""


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
