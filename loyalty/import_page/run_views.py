"""One import: how far it is, what it would do; writing it, throwing it away, its errors as a file."""

from io import StringIO

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinics import clock
from loyalty.import_page.access import actor_of, run_view
from loyalty.import_page.kinds import KINDS
from loyalty.import_page.shown_rows import show_rows
from loyalty.import_page.shown_run import asked_text, show_run
from loyalty.imports.errors_file import ErrorsTable
from loyalty.imports.runs.asking import NothingToConfirm, confirm, discard
from loyalty.imports.runs.kept_rows import faults_of
from loyalty.models import ImportRow, ImportRun, RowOutcome


@run_view
def import_run(request: HttpRequest, run: ImportRun) -> HttpResponse:
    at = clock.now()
    kind = KINDS[run.kind]
    rows = show_rows(request, run)
    context = admin.site.each_context(request) | {
        "title": kind.title,
        "is_nav_sidebar_enabled": False,
        "kind": kind,
        "run": show_run(run, at=at),
        "file_name": run.file_name,
        "asked": asked_text(run, at=at),
        "version": run.program_version,
        "rows": rows,
        "has_errors": rows is not None and rows.has_errors,
    }
    return render(request, "loyalty/import_page/run.html", context)


@run_view
@require_POST
def import_write(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Pressed twice, it is written once."""
    try:
        confirm(run_id=run.pk, actor=actor_of(request), at=clock.now())
    except NothingToConfirm:
        messages.warning(request, _("There is nothing to write: the file is not there any more. Upload it again."))
    return HttpResponseRedirect(reverse("admin:import_run", args=[run.pk]))


@run_view
@require_POST
def import_discard(request: HttpRequest, run: ImportRun) -> HttpResponse:
    try:
        discard(run_id=run.pk, at=clock.now())
    except NothingToConfirm:
        messages.warning(request, _("The import has been confirmed already and can't be thrown away."))
        return HttpResponseRedirect(reverse("admin:import_run", args=[run.pk]))
    messages.success(request, _("The file has been deleted. Nothing of it has been written."))
    return HttpResponseRedirect(reverse("admin:imports"))


@run_view
def import_errors(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Row number, column and reason of all that was left out."""
    rows = ImportRow.objects.filter(run=run, outcome=RowOutcome.REFUSED).order_by("number", "id")
    if not rows:
        raise Http404
    text = StringIO()
    table = ErrorsTable(text, titles=dict(run.titles))
    for row in rows:
        for fault in faults_of(row):
            table.write(fault)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import_{run.pk}_errors.csv"'
    return answer
