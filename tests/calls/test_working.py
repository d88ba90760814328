"""Taking a task and saying what came of it: whose it is, when it comes back, what a refusal closes."""

import threading
from datetime import date, timedelta

import pytest

from loyalty.calls.refusals import has_refused_calls
from loyalty.calls.working import Outcome, Said, TaskGone, TaskTaken, put_back, record_outcome, take
from loyalty.models import Account, Call, CallTask
from patients.models import ConsentRecord
from tests.calls.calling import make_task
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON, make_member, publish_preset
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


BOOKING_GIFT = {
    "code": "online", "title": {"ru": "За запись онлайн", "en": "For booking online"}, "points": 70,
    "trigger": {"kind": "activity", "of": "booked_online"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "outcome", "points"),
    [("BOOKING", "BOOKED", 70), ("BOOKING", "WILL_THINK", 0), ("MANUAL", "BOOKED", 0)],
    ids=["agreed on", "not agreed on", "called by the desk itself"],
)
def test_visit_that_was_asked_for_in_the_cabinet_brings_the_gift_for_booking_online(rita, kind, outcome, points):
    publish_preset(has_welcome=False, gifts=[BOOKING_GIFT])
    anna = make_member()

    said(make_task(anna, kind=kind), Outcome(outcome), actor=rita)

    assert Account.objects.get(patient=anna).balance == points


def test_second_visit_booked_online_brings_no_second_gift(rita):
    publish_preset(has_welcome=False, gifts=[BOOKING_GIFT])
    anna = make_member()

    for _time in range(2):
        said(make_task(anna, kind="BOOKING"), Outcome.BOOKED, actor=rita)

    assert (Account.objects.get(patient=anna).balance, Call.objects.count()) == (70, 2)


def test_person_without_an_account_is_booked_all_the_same(rita, anna):
    publish_preset(has_welcome=False, gifts=[BOOKING_GIFT])

    said(make_task(anna, kind="BOOKING"), Outcome.BOOKED, actor=rita)

    assert (CallTask.objects.get().outcome, Account.objects.count()) == ("BOOKED", 0)
