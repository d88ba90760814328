"""What would have been: a version over the receipts of the past months, beside the version in force.

Asked for here, counted by a worker; the page says how far it is, with scripts or without.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.program.versions import NoProgram, version_at
from loyalty.program_page.access import CHANGE, actor_of, find_version, program_view
from loyalty.program_page.what_if_file import file_of
from loyalty.program_page.what_if_run import asked_text, show_run
from loyalty.texts.what_if_words import months_text
from loyalty.what_if.asking import NothingToCompare, ask

MONTHS = (1, 3, 6, 12, 24, 36)
USUAL_MONTHS = 12
SHOWN_EARLIER = 5
DOCUMENTS = ("version__document", "compared__document")


class MonthsForm(forms.Form):
    months = forms.TypedChoiceField(
        coerce=int,
        choices=lambda: [(months, months_text(months)) for months in MONTHS],
        label=gettext_lazy("Receipts of the past"),
        error_messages={
            "required": gettext_lazy("Choose for how many months."),
            "invalid_choice": gettext_lazy("Choose for how many months."),
        },
    )


@program_view(permission=CHANGE)
def program_what_if(request: HttpRequest, number: int) -> HttpResponse:
    """The latest run, and the form that asks for another."""
    version = find_version(number)
    if request.method == "POST":
        return _ask(request, version)
    run = _runs_of(version).first()
    initial = {"months": run.months if run is not None and run.months in MONTHS else USUAL_MONTHS}
    return _show(request, version, MonthsForm(initial=initial), run=run)


@program_view(permission=CHANGE)
def program_what_if_run(request: HttpRequest, number: int, run_id: int) -> HttpResponse:
    version = find_version(number)
    run = _find_run(version, run_id)
    months = run.months if run.months in MONTHS else USUAL_MONTHS
    return _show(request, version, MonthsForm(initial={"months": months}), run=run)


@program_view(permission=CHANGE)
def what_if_xlsx(request: HttpRequest, number: int, run_id: int) -> HttpResponse:
    """The result as a spreadsheet."""
    run = _find_run(find_version(number), run_id)
    if run.state != WhatIfRun.State.DONE:
        raise Http404
    answer = HttpResponse(
        file_of(run), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"what_if_v{number}_{run.months}m_{run.asked_at:%Y-%m-%d}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _ask(request: HttpRequest, version: ProgramVersion) -> HttpResponse:
    form = MonthsForm(request.POST)
    if not form.is_valid():
        return _show(request, version, form, run=_runs_of(version).first(), status=422)
    try:
        run = ask(version=version, months=form.cleaned_data["months"], actor=actor_of(request), at=clock.now())
    except (NoProgram, NothingToCompare):
        return _show(request, version, form, run=None, status=409)
    return HttpResponseRedirect(
        reverse("admin:program_what_if_run", kwargs={"number": version.number, "run_id": run.pk})
    )


def _runs_of(version: ProgramVersion) -> QuerySet[WhatIfRun]:
    runs = WhatIfRun.objects.filter(version=version).order_by("-id")
    return runs.select_related("version", "compared", "asked_by").defer(*DOCUMENTS)


def _earlier_runs(version: ProgramVersion, *, shown: WhatIfRun | None, at: datetime) -> list[dict[str, Any]]:
    """Other runs that are done, the latest first; without their results."""
    runs = _runs_of(version).filter(state=WhatIfRun.State.DONE)
    if shown is not None:
        runs = runs.exclude(pk=shown.pk)
    return [
        {"pk": run.pk, "text": f"{months_text(run.months)}: {asked_text(run, at=at)}"}
        for run in runs.defer("result", *DOCUMENTS)[:SHOWN_EARLIER]
    ]


def _find_run(version: ProgramVersion, run_id: int) -> WhatIfRun:
    run = _runs_of(version).filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


def _show(
    request: HttpRequest,
    version: ProgramVersion,
    form: MonthsForm,
    *,
    run: WhatIfRun | None,
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    current = version_at(at)
    shown = None if run is None else show_run(run, version=version, current=current, at=at)
    context = admin.site.each_context(request) | {
        "title": _("What would have been"),
        "is_nav_sidebar_enabled": False,
        "version": version,
        "current": current,
        "refusal": _refusal(version, current),
        "form": form,
        "run": shown,
        "earlier": _earlier_runs(version, shown=run, at=at),
    }
    return render(request, "loyalty/program_page/what_if.html", context, status=status)


def _refusal(version: ProgramVersion, current: ProgramVersion | None) -> str:
    """Why there is nothing to count; empty when there is."""
    if current is None:
        return _("No version is in force yet, so there is nothing to compare with. Publish the first one.")
    if current.pk == version.pk:
        return _("This version is in force: there is nothing to compare it with. Change a draft of it first.")
    return ""
