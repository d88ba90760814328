"""Who may open which report. Whose figures they see is said by their clinics, in the filters."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from clinics import clock
from loyalty.reports.filters import NoClinics, ReportFilters
from loyalty.reports.registry import find_report, may_see
from loyalty.reports.report import VIEW_REPORTS, Report


def require_reports(request: HttpRequest) -> None:
    """Raises PermissionDenied."""
    if not request.user.has_perm(VIEW_REPORTS):
        raise PermissionDenied


def open_report(request: HttpRequest, code: str) -> Report:
    """Raises PermissionDenied, and Http404 for a report that there is not."""
    require_reports(request)
    report = find_report(code)
    if report is None:
        raise Http404
    if not may_see(request.user, report.permissions):
        raise PermissionDenied
    return report


def read_filters(request: HttpRequest, report: Report) -> ReportFilters:
    """Raises PermissionDenied for a person without clinics."""
    try:
        return report.filters(request.GET, user=request.user, permissions=report.permissions, at=clock.now())
    except NoClinics:
        raise PermissionDenied from None
