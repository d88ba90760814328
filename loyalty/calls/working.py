"""Working through the call list: take a task, give it back, say what came of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from clinics.calendar import local_date
from loyalty.activity_gifts import Activity, give_activity_gifts
from loyalty.calls.listing import visible_to
from loyalty.calls.refusals import refuse_calls
from loyalty.models import Account, Call, CallTask
from patients.models import Patient

# Whoever took a task and went away keeps it no longer than this.
TAKEN_FOR = timedelta(hours=1)
# Nobody answered: the task comes back after so many days, and is given up after so many calls.
COMES_BACK_DAYS = 2
MOST_CALLS = 3
Outcome = CallTask.Outcome
# What a person may say of a call; the rest is said by the portal itself.
SAID_BY_STAFF = tuple(outcome for outcome in Outcome if outcome is not Outcome.NOT_NEEDED)


class TaskGone(Exception):
    """There is no such open task for this person: it is done, or never was. Nothing was written."""


class TaskTaken(Exception):
    """Somebody else works on the task. Nothing was written."""

    def __init__(self, *, by: User) -> None:
        super().__init__(by.pk)
        self.by = by


@dataclass(frozen=True, slots=True)
class Said:
    outcome: Outcome
    comment: str = ""


def take(task_id: int, *, clinic_ids: Collection[int], actor: User, at: datetime) -> CallTask:
    """Own transaction, locks the task. Taking one's own again changes nothing. Raises TaskGone, TaskTaken."""
    with transaction.atomic():
        task = _locked(task_id, clinic_ids=clinic_ids, actor=actor, at=at)
        if task.taken_by_id != actor.pk:
            task.taken_by, task.taken_at = actor, at
            task.save(update_fields=["taken_by", "taken_at"])
    return task


def put_back(task_id: int, *, clinic_ids: Collection[int], actor: User, at: datetime) -> CallTask:
    """For anybody to take. Own transaction, locks the task. Raises TaskGone, TaskTaken."""
    with transaction.atomic():
        task = _locked(task_id, clinic_ids=clinic_ids, actor=actor, at=at)
        task.taken_by = task.taken_at = None
        task.save(update_fields=["taken_by", "taken_at"])
    return task


def record_outcome(
    said: Said, *, task_id: int, clinic_ids: Collection[int], actor: User, at: datetime
) -> CallTask:
    """The task is done, or comes back when nobody answered.

    Own transaction; locks the task, then, if they asked not to be called, the patient: their other tasks that they
    have not asked for themselves are closed. When a visit is agreed on, the patient's account is locked first: a
    wish from the cabinet may bring the program's gift for booking online. Raises TaskGone, TaskTaken.
    """
    with transaction.atomic():
        if said.outcome == Outcome.BOOKED:
            _lock_account(task_id)
        task = _locked(task_id, clinic_ids=clinic_ids, actor=actor, at=at)
        Call.objects.create(task=task, outcome=said.outcome, comment=said.comment, actor=actor, at=at)
        task.taken_by = task.taken_at = None
        if said.outcome == Outcome.NO_ANSWER and task.calls.count() < MOST_CALLS:
            task.due_date = local_date(at, task.clinic.tz) + timedelta(days=COMES_BACK_DAYS)
        else:
            task.outcome, task.done_at = said.outcome, at
        task.save(update_fields=["taken_by", "taken_at", "due_date", "outcome", "done_at"])
        if said.outcome == Outcome.NO_CALLS:
            _stop_calling(task.patient, actor=actor, at=at)
        if said.outcome == Outcome.BOOKED and task.kind == CallTask.Kind.BOOKING:
            give_activity_gifts(Activity.BOOKED_ONLINE, patient_id=task.patient_id, at=at)
    return task


def is_free(at: datetime) -> Q:
    """Tasks that nobody works on just now."""
    return Q(taken_by=None) | Q(taken_at__lte=at - TAKEN_FOR)


def close_tasks(rows: Q, *, at: datetime) -> int:
    """Close the open tasks that nobody needs any more; how many. Call inside a transaction."""
    return CallTask.objects.filter(rows, done_at=None).update(
        outcome=Outcome.NOT_NEEDED, done_at=at, taken_by=None, taken_at=None
    )


def _lock_account(task_id: int) -> None:
    """Before the task: an erasure takes them in this order."""
    list(Account.objects.filter(patient__call_tasks=task_id).select_for_update(of=("self",)))


def _locked(task_id: int, *, clinic_ids: Collection[int], actor: User, at: datetime) -> CallTask:
    """The open task, not in another's hands."""
    # Not joined with whoever took it: a row that was waited for comes with the join of before.
    rows = CallTask.objects.select_related("patient", "clinic").select_for_update(of=("self",))
    task = rows.filter(visible_to(actor), pk=task_id, clinic__in=clinic_ids, done_at=None).first()
    if task is None:
        raise TaskGone
    is_held = task.taken_at is not None and task.taken_at > at - TAKEN_FOR
    if is_held and task.taken_by_id is not None and task.taken_by_id != actor.pk:
        raise TaskTaken(by=User.objects.get(pk=task.taken_by_id))
    return task


def _stop_calling(patient: Patient, *, actor: User, at: datetime) -> None:
    locked = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    refuse_calls(patient=locked, actor=actor, at=at)
    close_tasks(Q(patient=patient) & ~Q(kind__in=CallTask.ASKED_BY_PATIENT), at=at)
