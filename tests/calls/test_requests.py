"""What patients and staff put on the list: one task per cause, however often and from how many tabs it is sent."""

import threading
from datetime import date

import pytest
from django.db import IntegrityError

from loyalty.calls.requests import CallsRefused, PartOfDay, VisitWish, add_task, ask_for_visit, write_to_clinic
from loyalty.models import CallTask
from patients.consents import CALLS, record_consent
from tests.calls.calling import TODAY, make_task
from tests.people import make_clinic
from tests.programs import NOON
from tests.threads import run_together

pytestmark = pytest.mark.django_db


def wish(**fields):
    defaults = {
        "clinic": make_clinic(),
        "day": date(2026, 11, 25),
        "part": PartOfDay.MORNING,
        "words": "к Петрову",
    }
    return VisitWish(**defaults | fields)


def refuse(patient):
    record_consent(patient=patient, kind="ADVERTISING", channel=CALLS, granted=False, source="CALL", at=NOON)


def test_wish_to_come_is_a_task_for_today_at_the_wished_clinic(anna):
    omsk = make_clinic("omsk", name="Омск", timezone="Asia/Omsk")

    task = ask_for_visit(wish(clinic=omsk), patient=anna, at=NOON)

    assert (task.clinic, task.kind, task.facts) == (omsk, "BOOKING", {"day": "2026-11-25", "part": "morning"})
    assert (task.words, task.due_date, task.author) == ("к Петрову", TODAY, None)


def test_second_wish_is_not_made_while_the_first_one_waits(anna):
    first = ask_for_visit(wish(), patient=anna, at=NOON)

    again = ask_for_visit(wish(day=date(2026, 11, 26)), patient=anna, at=NOON)

    assert (again, again.facts["day"]) == (first, "2026-11-25")
    CallTask.objects.update(outcome="BOOKED", done_at=NOON)
    assert ask_for_visit(wish(), patient=anna, at=NOON) != first


@pytest.mark.django_db(transaction=True)
def test_control_the_table_itself_refuses_a_second_open_wish(anna):
    """Without the lock both find none, and the constraint has to stop the second."""
    barrier = threading.Barrier(2)

    def careless(index):
        assert not CallTask.objects.filter(patient=anna).exists()
        barrier.wait()
        return make_task(anna, key=f"careless:{index}", kind="BOOKING")

    results = run_together(2, careless)

    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [IntegrityError]


@pytest.mark.django_db(transaction=True)
def test_wish_sent_from_two_tabs_at_once_is_one(anna):
    clinic = make_clinic()

    results = run_together(4, lambda _index: ask_for_visit(wish(clinic=clinic), patient=anna, at=NOON))

    assert len({task.pk for task in results}) == 1
    assert CallTask.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_message_sent_twice_at_once_is_one_and_other_words_are_another(anna):
    results = run_together(3, lambda _index: write_to_clinic("нет баллов", patient=anna, at=NOON))
    write_to_clinic("всё ещё нет баллов", patient=anna, at=NOON)

    assert len({task.pk for task in results}) == 1
    assert sorted(CallTask.objects.values_list("words", flat=True)) == ["всё ещё нет баллов", "нет баллов"]


def test_task_by_hand_is_refused_for_who_does_not_want_calls(anna, rita):
    refuse(anna)

    with pytest.raises(CallsRefused):
        add_task(patient=anna, clinic=anna.home_clinic, words="счёт", due_date=TODAY, actor=rita, at=NOON)

    assert CallTask.objects.count() == 0


def test_own_wish_of_who_does_not_want_calls_still_lands(anna):
    refuse(anna)

    assert ask_for_visit(wish(), patient=anna, at=NOON).kind == "BOOKING"
