"""The call list at the desk: take a task, call, say what came of it. Two presses a task, without a script."""

from collections import defaultdict
from datetime import datetime

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import audit, clock
from clinics.calendar import local_date
from clinics.number_texts import day_text
from loyalty.calls.listing import WORK, tasks_for
from loyalty.calls.working import SAID_BY_STAFF, Outcome, Said, TaskGone, TaskTaken, put_back, record_outcome, take
from loyalty.desk.access import Desk, desk_view
from loyalty.desk.calls_texts import TaskRow, task_row
from loyalty.models import Call, CallTask

SHOWN = 50


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(choices=[(outcome.value, outcome.label) for outcome in SAID_BY_STAFF])
    comment = forms.CharField(max_length=200, required=False)


@desk_view(permission=WORK)
def desk_calls(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Today's tasks of the person's clinics."""
    return _show(request, desk=desk, at=clock.now())


@desk_view(permission=WORK, home="admin:desk_calls")
def desk_call(request: HttpRequest, desk: Desk, task_id: int) -> HttpResponse:
    """One act on one task; then back to the list."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = clock.now()
    try:
        notice = _act(request, desk=desk, task_id=task_id, at=at)
    except TaskGone:
        return _show(request, desk=desk, at=at, notice=("warn", _("This task is done already.")), status=409)
    except TaskTaken as taken:
        name = taken.by.get_full_name() or taken.by.get_username()
        text = _("%(name)s works on this task. Take another one.") % {"name": name}
        return _show(request, desk=desk, at=at, notice=("warn", text), status=409)
    if isinstance(notice, HttpResponse):
        return notice
    if notice is not None:
        return _show(request, desk=desk, at=at, notice=notice)
    return HttpResponseRedirect(f"{reverse('admin:desk_calls')}#task-{task_id}")


def _act(request: HttpRequest, *, desk: Desk, task_id: int, at: datetime) -> HttpResponse | tuple[str, str] | None:
    """A notice for the list, a page of its own, or nothing to say."""
    whose = {"clinic_ids": desk.clinic_ids, "actor": desk.user, "at": at}
    if "phone" in request.POST:
        return _reveal(request, desk=desk, task_id=task_id, at=at)
    if "back" in request.POST:
        put_back(task_id, **whose)  # type: ignore[arg-type]
        return None
    if "outcome" not in request.POST:
        take(task_id, **whose)  # type: ignore[arg-type]
        return None
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        text = _("Choose what came of the call; the comment is up to 200 characters.")
        return _show(request, desk=desk, at=at, notice=("error", text), status=422)
    said = Said(Outcome(form.cleaned_data["outcome"]), form.cleaned_data["comment"])
    task = record_outcome(said, task_id=task_id, **whose)  # type: ignore[arg-type]
    return "ok", _done_text(task, at=at)


def _done_text(task: CallTask, *, at: datetime) -> str:
    if task.done_at is None:
        day = day_text(task.due_date, today=local_date(at, task.clinic.tz))
        return _("%(name)s: no answer. The task comes back on %(day)s.") % {"name": task.patient, "day": day}
    return _("%(name)s: %(outcome)s. Done.") % {"name": task.patient, "outcome": task.get_outcome_display()}


def _reveal(request: HttpRequest, *, desk: Desk, task_id: int, at: datetime) -> HttpResponse:
    """The phone in full, once; the audit keeps who looked."""
    task = tasks_for(desk.user, clinics=desk.clinics, at=at).select_related("patient").filter(pk=task_id).first()
    if task is None:
        raise TaskGone
    audit.record(code="patient.phone_revealed", actor=desk.user, clinic=desk.clinic, target=task.patient, at=at)
    return _show(request, desk=desk, at=at, revealed_id=task.pk)


def _show(
    request: HttpRequest,
    *,
    desk: Desk,
    at: datetime,
    notice: tuple[str, str] | None = None,
    revealed_id: int = 0,
    status: int = 200,
) -> HttpResponse:
    rows, number = _read_rows(desk=desk, revealed_id=revealed_id, at=at)
    context = admin.site.each_context(request) | {
        "title": _("Call list"),
        "is_nav_sidebar_enabled": False,
        "desk": desk,
        "notices": [notice] if notice else [],
        "tasks": rows,
        "more": number - len(rows),
        "outcomes": [(outcome.value, outcome.label) for outcome in SAID_BY_STAFF],
    }
    return render(request, "loyalty/desk/calls.html", context, status=status)


def _read_rows(*, desk: Desk, revealed_id: int, at: datetime) -> tuple[list[TaskRow], int]:
    """The first of the list, and how many there are. Three queries."""
    found = tasks_for(desk.user, clinics=desk.clinics, at=at)
    tasks = list(found.select_related("patient", "clinic", "taken_by")[: SHOWN + 1])
    number = len(tasks) if len(tasks) <= SHOWN else found.count()
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in Call.objects.filter(task__in=tasks[:SHOWN]).order_by("-id"):
        calls[call.task_id].append(call)
    rows = [
        task_row(task, calls=calls[task.pk], reader_id=desk.user.pk, revealed_id=revealed_id, at=at)
        for task in tasks[:SHOWN]
    ]
    return rows, number
