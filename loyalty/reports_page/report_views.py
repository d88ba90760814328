"""A report on the screen: one filter bar, charts, a table with totals. Its whole state is in the address."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from loyalty.reports.columns import Row
from loyalty.reports.filters import ReportFilters
from loyalty.reports.report import EXPORT, EXPORT_PERSONAL, Report
from loyalty.reports.scope import Scope
from loyalty.reports_page.access import open_report, read_filters
from loyalty.reports_page.chart_pictures import Size, chart_picture, has_numbers, picture, size_of
from loyalty.reports_page.table import MOST_SHOWN, PER_PAGE, Linker, show_page
from loyalty.reports_page.words import days_text, period_of

MOST_DIGITS = 4


def report_page(request: HttpRequest, report: str) -> HttpResponse:
    shown = open_report(request, report)
    filters = read_filters(request, shown)
    if not filters.is_valid():
        return _show(request, shown, filters, {}, status=422)
    return _show(request, shown, filters, _answer(request, shown, filters.scope()))


def report_chart(request: HttpRequest, report: str, number: int) -> HttpResponse:
    """The chart as a picture of the same rows, all of them."""
    shown = open_report(request, report)
    filters = read_filters(request, shown)
    if not filters.is_valid() or number >= len(shown.charts):
        raise Http404
    scope = filters.scope()
    chart = shown.charts_of(list(shown.rows(scope)), scope=scope)[number]
    return picture(chart, size=size_of(request.GET.get("size", "")))


def _answer(request: HttpRequest, report: Report, scope: Scope) -> dict[str, Any]:
    linker = Linker(user=request.user, query=request.GET, days=scope.days)
    page, rows = show_page(report, scope, number=_page_number(request), linker=linker)
    return {
        "scope": scope,
        "period": period_of(scope),
        "compared": days_text(scope.compared) if scope.compared is not None else "",
        "columns": report.columns_for(scope),
        "page": page,
        "first_row": (page.number - 1) * PER_PAGE + 1,
        "last_row": (page.number - 1) * PER_PAGE + len(rows),
        "charts": _charts(request, report, rows, scope=scope),
        "query": _without_page(request),
        "may_export": request.user.has_perm(EXPORT),
        "offers_personal": request.user.has_perm(EXPORT_PERSONAL)
        and any(column.is_personal for column in report.columns_for(scope)),
        "next_url": _page_url(request, page.number + 1) if page.has_next else "",
        "previous_url": _page_url(request, page.number - 1) if page.number > 1 else "",
        "most_shown": MOST_SHOWN,
    }


def _without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _charts(request: HttpRequest, report: Report, rows: Sequence[Row], *, scope: Scope) -> list[dict[str, Any]]:
    drawn = [number for number, chart in enumerate(report.charts_of(rows, scope=scope)) if has_numbers(chart)]
    size = Size.WIDE if len(drawn) == 1 else Size.HALF
    return [chart_picture(report, number, query=request.GET, size=size) for number in drawn]


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 1
    return min(max(number, 1), MOST_SHOWN // PER_PAGE)


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _section_url(request: HttpRequest, report: Report) -> str:
    """Where the person may enter what an empty report lacks."""
    app_label, _dot, model = report.entered_in.partition(".")
    may_enter = model and request.user.has_perm(f"{app_label}.view_{model}")
    return reverse(f"admin:{app_label}_{model}_changelist") if may_enter else ""


def _show(
    request: HttpRequest, report: Report, filters: ReportFilters, answer: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": report.title,
        "is_nav_sidebar_enabled": False,
        "report": report,
        "form": filters.form,
        "empty_text": report.empty_text or _("There is nothing for these days and filters. Choose others."),
        "section_url": _section_url(request, report),
        **answer,
    }
    return render(request, "loyalty/reports_page/report.html", context, status=status)
