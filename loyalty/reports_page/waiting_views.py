"""A large file on its way: how far it is, then a link that lives 15 minutes. For the person who asked only."""

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics import clock
from clinics.number_texts import percent_text
from loyalty.models import ReportFile
from loyalty.reports.files.building import CONTENT_TYPES, FileKind
from loyalty.reports.files.waiting import LINK_LIVES, content_of, is_takeable, may_take
from loyalty.reports.registry import find_report
from loyalty.reports_page.access import require_reports
from loyalty.reports_page.file_views import actor_of

State = ReportFile.State
FULL_BP = 10_000


def report_file(request: HttpRequest, file_id: int) -> HttpResponse:
    run = _find(request, file_id)
    at = clock.now()
    report = find_report(run.report)
    context = admin.site.each_context(request) | {
        "title": _("File"),
        "is_nav_sidebar_enabled": False,
        "report": report,
        "run": run,
        "text": _state_text(run, is_ready=is_takeable(run, at=at)),
        "is_ready": is_takeable(run, at=at),
        "until": _until(run),
    }
    return render(request, "loyalty/reports_page/waiting.html", context)


def report_file_content(request: HttpRequest, file_id: int) -> HttpResponseBase:
    run = _find(request, file_id)
    if not may_take(actor_of(request), run):
        raise PermissionDenied
    if not is_takeable(run, at=clock.now()):
        raise Http404
    answer = StreamingHttpResponse(content_of(run), content_type=CONTENT_TYPES[FileKind(run.kind)])
    answer["Content-Disposition"] = f'attachment; filename="{run.name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _find(request: HttpRequest, file_id: int) -> ReportFile:
    """Raises PermissionDenied, and Http404 for another person's file."""
    require_reports(request)
    run = ReportFile.objects.filter(pk=file_id, asked_by=request.user.pk).first()
    if run is None:
        raise Http404
    return run


def _until(run: ReportFile) -> str:
    if run.finished_at is None:
        return ""
    return f"{timezone.localtime(run.finished_at + LINK_LIVES - timedelta(seconds=1)):%H:%M}"


def _state_text(run: ReportFile, *, is_ready: bool) -> str:
    if is_ready:
        return _("The file is ready.")
    match run.state:
        case State.WAITING:
            return _("Waits for its turn. It usually begins within a minute. You may leave this page.")
        case State.RUNNING if run.total:
            share = percent_text(min(run.done, run.total) * 100 // run.total * 100)
            return _("Written: %(share)s. You may leave this page.") % {"share": share}
        case State.RUNNING:
            return _("Is being written.")
        case State.FAILED:
            return _("The file could not be written: it is too large for a spreadsheet, or you may not see the"
                     " report any more. Narrow the report down, or take it as CSV.")  # fmt: skip
        case _:
            return _("The link has expired: it lives 15 minutes. Ask for the file again.")
