"""Taking a task and saying what came of it: whose it is, when it comes back, what a refusal closes."""

import threading
from datetime import date, timedelta

import pytest

from loyalty.calls.refusals import has_refused_calls
from loyalty.calls.working import Outcome, Said, TaskGone, TaskTaken, put_back, record_outcome, take
from loyalty.models import Call, CallTask
from patients.models import ConsentRecord
from tests.calls.calling import make_task
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON
from tests.threads import run_together

pytestmark = pytest.mark.django_db


def said(task, outcome, *, actor, at=NOON, comment=""):
    return record_outcome(Said(outcome, comment), task_id=task.pk, clinic_ids=[task.clinic_id], actor=actor, at=at)


def taken(task, actor, at=NOON):
    return take(task.pk, clinic_ids=[task.clinic_id], actor=actor, at=at)


def state(task):
    task.refresh_from_db()
    return task.outcome, task.taken_by_id, task.due_date


def test_outcome_closes_the_task_and_keeps_the_call(rita, anna):
    task = make_task(anna)
    taken(task, rita)

    said(task, Outcome.BOOKED, actor=rita, comment="на среду")

    assert state(task) == ("BOOKED", None, date(2026, 11, 22))
    assert [(call.outcome, call.comment, call.actor, call.at) for call in Call.objects.all()] == [
        ("BOOKED", "на среду", rita, NOON)
    ]


def test_no_answer_brings_the_task_back_two_days_later_and_the_third_one_ends_it(rita, anna):
    task = make_task(anna)

    said(task, Outcome.NO_ANSWER, actor=rita)
    first = state(task)
    said(task, Outcome.NO_ANSWER, actor=rita, at=NOON + timedelta(days=2))
    second = state(task)
    said(task, Outcome.NO_ANSWER, actor=rita, at=NOON + timedelta(days=4))

    assert first == ("", None, date(2026, 11, 24))
    assert second == ("", None, date(2026, 11, 26))
    assert state(task) == ("NO_ANSWER", None, date(2026, 11, 26))


def test_task_in_anothers_hands_is_refused_for_an_hour(rita, anna):
    sonya, task = make_staff("sonya", "senior"), make_task(anna)
    taken(task, rita)

    with pytest.raises(TaskTaken) as refusal:
        taken(task, sonya, at=NOON + timedelta(minutes=59))
    with pytest.raises(TaskTaken):
        said(task, Outcome.BOOKED, actor=sonya, at=NOON + timedelta(minutes=59))
    with pytest.raises(TaskTaken):
        put_back(task.pk, clinic_ids=[task.clinic_id], actor=sonya, at=NOON)

    assert refusal.value.by == rita
    assert state(task)[:2] == ("", rita.pk)
    assert Call.objects.count() == 0
    assert taken(task, sonya, at=NOON + timedelta(hours=1)).taken_by == sonya


def test_task_put_back_is_anybodys(rita, anna):
    task = make_task(anna)
    taken(task, rita)

    put_back(task.pk, clinic_ids=[task.clinic_id], actor=rita, at=NOON)

    assert state(task)[:2] == ("", None)


def test_done_task_and_another_clinics_task_are_gone(rita, anna):
    done = make_task(anna, outcome="BOOKED", done_at=NOON)
    vera = make_patient("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    other = make_task(vera)

    for task in (done, other):
        with pytest.raises(TaskGone):
            record_outcome(
                Said(Outcome.BOOKED), task_id=task.pk, clinic_ids=[anna.home_clinic_id], actor=rita, at=NOON
            )

    assert Call.objects.count() == 0
    assert state(other)[0] == ""


def test_who_asked_not_to_be_called_keeps_only_what_they_asked_for_themselves(rita, anna):
    task, manual = make_task(anna), make_task(anna)
    wish = make_task(anna, kind="BOOKING", facts={"day": "2026-11-25", "part": "any"})

    said(task, Outcome.NO_CALLS, actor=rita)

    assert has_refused_calls(anna.pk)
    word = ConsentRecord.objects.get(patient=anna, channel="CALL")
    assert (word.kind, word.granted, word.source, word.actor) == ("ADVERTISING", False, "CALL", rita)
    assert [state(each)[0] for each in (task, manual, wish)] == ["NO_CALLS", "NOT_NEEDED", ""]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_people_hold_one_task(rita, anna):
    """Reading, deciding and saving apart: both believe that the task is theirs."""
    sonya, task = make_staff("sonya", "senior"), make_task(anna)
    barrier = threading.Barrier(2)

    def careless(index):
        found = CallTask.objects.get(pk=task.pk)
        barrier.wait()
        if found.taken_by_id is None:
            found.taken_by, found.taken_at = (rita, sonya)[index], NOON
            found.save()
            return "mine"
        return "taken"

    assert run_together(2, careless) == ["mine", "mine"]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_task(rita, anna):
    people, task = (rita, make_staff("sonya", "senior")), make_task(anna)

    results = run_together(2, lambda index: taken(task, people[index]))

    assert sorted(type(result).__name__ for result in results) == ["CallTask", "TaskTaken"]


@pytest.mark.django_db(transaction=True)
def test_outcome_sent_twice_at_once_is_one_call(rita, anna):
    task = make_task(anna)

    results = run_together(2, lambda _index: said(task, Outcome.BOOKED, actor=rita))

    assert sorted(type(result).__name__ for result in results) == ["CallTask", "TaskGone"]
    assert Call.objects.count() == 1
