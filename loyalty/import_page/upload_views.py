"""What has been imported, and the pages where a file is chosen."""

import csv
from io import StringIO

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.import_page.access import actor_of, may_import, runs_of
from loyalty.import_page.forms import FORMS, FileForm
from loyalty.import_page.kinds import KINDS, ImportKind, kinds_for
from loyalty.import_page.shown_run import list_runs
from loyalty.imports.columns import Column
from loyalty.imports.runs.asking import ask
from loyalty.program.versions import version_at

SHOWN_RUNS = 20


@may_import
def imports(request: HttpRequest) -> HttpResponse:
    """What may be imported, and the latest imports."""
    at = clock.now()
    runs = runs_of(actor_of(request)).order_by("-id")[:SHOWN_RUNS]
    context = admin.site.each_context(request) | {
        "title": _("Import from files"),
        "is_nav_sidebar_enabled": False,
        "kinds": kinds_for(request.user),
        "runs": list_runs(runs, at=at),
    }
    return render(request, "loyalty/import_page/home.html", context)


@may_import
def new_import(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose a file; it is looked through before anything is written."""
    chosen = _permitted(request, kind)
    actor = actor_of(request)
    make_form = FORMS[kind]
    if request.method != "POST":
        return _show(request, chosen, make_form(user=actor, initial=_initial(request, chosen)))
    form = make_form(request.POST, request.FILES, user=actor)
    if not form.is_valid():
        return _show(request, chosen, form, status=422)
    run = ask(form.new_import(chosen), actor=actor, at=clock.now())
    return HttpResponseRedirect(reverse("admin:import_run", args=[run.pk]))


@may_import
def sample_file(request: HttpRequest, kind: str) -> HttpResponse:
    """A file with nothing but the header, to be filled in."""
    chosen = _permitted(request, kind)
    text = StringIO()
    csv.writer(text, delimiter=";").writerow(map(_title, chosen.columns))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind.lower()}.csv"'
    return answer


def _permitted(request: HttpRequest, kind: str) -> ImportKind:
    chosen = KINDS[kind]
    if chosen not in kinds_for(request.user):
        raise PermissionDenied
    return chosen


def _title(column: Column) -> str:
    """As a person of the page's language would call it: a file may have either."""
    russian = next((name for name in column.synonyms if not name.isascii()), column.code)
    return russian if get_language() == "ru" else column.code


def _initial(request: HttpRequest, chosen: ImportKind) -> dict[str, object]:
    """As the last time, by the version in force."""
    last = runs_of(actor_of(request)).filter(kind=chosen.kind).exclude(source="").order_by("-id").first()
    current = version_at(clock.now())
    return {
        "source": last.source if last is not None else "",
        "clinic": last.clinic_id if last is not None else None,
        "program": current.pk if current is not None else None,
    }


def _show(request: HttpRequest, kind: ImportKind, form: FileForm, *, status: int = 200) -> HttpResponse:
    needs_program = "program" in form.fields and not form.fields["program"].queryset.exists()  # type: ignore[attr-defined]
    needs_clinic = "clinic" in form.fields and not form.fields["clinic"].queryset.exists()  # type: ignore[attr-defined]
    context = admin.site.each_context(request) | {
        "title": kind.title,
        "is_nav_sidebar_enabled": False,
        "kind": kind,
        "form": form,
        "needs_program": needs_program,
        "needs_clinic": needs_clinic,
        "columns": [
            {"title": _title(column), "code": column.code, "is_required": column.is_required}
            for column in kind.columns
        ],
        "sample_url": reverse(f"admin:{kind.url}_sample"),
    }
    return render(request, "loyalty/import_page/new.html", context, status=status)
