"""Tasks on the patient's card, and what becomes of them when cards are merged or a person is erased."""

import pytest

from loyalty.erasing import erase_patient
from loyalty.merging.merging import merge_patients, undo_merge
from loyalty.models import Call, CallTask
from patients.consents import CALLS, record_consent
from tests.calls.calling import make_task
from tests.desk.desk_pages import text_of
from tests.patient_card import change_url
from tests.people import make_patient
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db


def test_card_shows_open_tasks_first_and_lets_one_be_added(desk, rita, anna):
    make_task(anna, words="старое", outcome="BOOKED", done_at=NOON)
    make_task(anna, words="узнать про счёт")
    make_task(anna, kind="FEEDBACK", facts={"stars": 1})

    text = text_of(desk.get(change_url(anna)))

    assert "Узнать про счёт · позвонить 22 ноября Старое · Записали" in text
    assert "низкая оценка" not in text.lower()
    answer = desk.post(
        change_url(anna).replace("change", "call"), {"words": "про ребёнка", "due_date": "2026-11-30"}
    )
    assert answer.status_code == 302
    task = CallTask.objects.latest("id")
    assert (task.kind, task.words, str(task.due_date), task.author) == (
        "MANUAL",
        "про ребёнка",
        "2026-11-30",
        rita,
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"words": "", "due_date": "2026-11-30"}, "Обязательное поле"),
        ({"words": "счёт", "due_date": "2026-11-21"}, "Выберите день не раньше сегодняшнего"),
        ({"words": "счёт", "due_date": "2027-05-22"}, "не дальше полугода"),
    ],
)
def test_wrong_task_is_refused_in_words(desk, anna, fields, text):
    answer = desk.post(change_url(anna).replace("change", "call"), fields)

    assert answer.status_code == 422
    assert text in text_of(answer)
    assert CallTask.objects.count() == 0


def test_task_for_who_does_not_want_calls_is_refused_in_words(desk, anna):
    record_consent(patient=anna, kind="ADVERTISING", channel=CALLS, granted=False, source="CALL", at=NOON)

    answer = desk.post(change_url(anna).replace("change", "call"), {"words": "счёт", "due_date": "2026-11-30"})

    assert "Пациент просил не звонить. Напишите ему." in text_of(answer)
    assert "реклама (звонки): нет, 22 ноября" in text_of(desk.get(change_url(anna)))
    assert CallTask.objects.count() == 0


def test_merge_takes_tasks_along_but_no_second_open_wish_and_gives_them_back(anna, rita):
    publish_preset()
    double = make_patient("Иванова", "Аня", "+79160000002")
    mine = make_task(anna, kind="BOOKING")
    wish, task = make_task(double, kind="BOOKING"), make_task(double)

    made = merge_patients(survivor_id=anna.pk, duplicate_id=double.pk, reason="одна", actor=rita, at=NOON)
    merged = dict(CallTask.objects.values_list("pk", "patient"))
    undo_merge(merge_id=made.pk, reason="разные", actor=rita, at=NOON)

    assert merged == {mine.pk: anna.pk, wish.pk: double.pk, task.pk: anna.pk}
    assert set(CallTask.objects.filter(patient=double)) == {wish, task}


def test_erasure_closes_tasks_and_blanks_words(anna, rita):
    task = make_task(anna, words="болит зуб")
    Call.objects.create(task=task, outcome="NO_ANSWER", comment="болит зуб", actor=rita, at=NOON)

    erase_patient(patient_id=anna.pk, source="LETTER", reason="просьба", actor=rita, at=NOON)

    task.refresh_from_db()
    assert (task.outcome, task.words) == ("NOT_NEEDED", "")
    assert Call.objects.get().comment == ""
