"""The way in: the list of reports by section."""

from itertools import groupby

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from loyalty.reports.registry import reports_for
from loyalty.reports_page.access import require_reports


def dashboard(request: HttpRequest) -> HttpResponse:
    require_reports(request)
    reports = reports_for(request.user)
    sections = [(section, list(ones)) for section, ones in groupby(reports, key=lambda one: str(one.section))]
    context = {"title": _("Reports"), "is_nav_sidebar_enabled": False, "sections": sections}
    return render(request, "loyalty/reports_page/dashboard.html", {**admin.site.each_context(request), **context})
