"""The call list at the desk: whose tasks, in which order, two presses each, the phone on demand."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import AuditEvent
from loyalty.models import Call, CallTask
from tests.calls.calling import TODAY, make_task
from tests.desk.desk_pages import text_of
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON

pytestmark = pytest.mark.django_db
PAGE = "/admin/desk/calls/"


def act(client, task, **fields):
    return client.post(f"{PAGE}{task.pk}/", fields)


def shown(page):
    return [row.id for row in page.context["tasks"]]


def test_own_in_hand_come_first_then_what_patients_asked_for_then_the_oldest(desk, rita, anna):
    manual = make_task(anna, due_date=TODAY - timedelta(days=3))
    older = make_task(anna, due_date=TODAY - timedelta(days=4))
    wish = make_task(anna, kind="BOOKING", facts={"day": "2026-11-25", "part": "morning"})
    mine = make_task(anna, taken_by=rita, taken_at=NOON)
    make_task(anna, due_date=TODAY + timedelta(days=1))
    make_task(anna, outcome="BOOKED", done_at=NOON)

    assert shown(desk.get(PAGE)) == [mine.pk, wish.pk, older.pk, manual.pk]


def test_each_task_says_why_in_words(desk, anna):
    make_task(anna, kind="BOOKING", facts={"day": "2026-11-25", "part": "morning"}, words="к Петрову")
    make_task(anna, kind="BURNING", facts={"points": 450, "last_day": "2026-11-27"}, words="")
    make_task(anna, kind="NO_VISIT", facts={"last_day": "2026-05-22"}, words="")
    make_task(anna, kind="MESSAGE", words="Где мои баллы?")

    text = text_of(desk.get(PAGE))

    assert "Просит записать" in text
    assert "Хочет прийти 25 ноября, утром. к Петрову" in text
    assert "450 баллов сгорят 27 ноября, через 5 дней. Сообщения до пациента не дошли." in text
    assert "Последний визит 22 мая. Пригласите на осмотр." in text
    assert "Где мои баллы?" in text


def test_two_presses_take_a_task_and_settle_it(desk, rita, anna):
    task = make_task(anna)

    taken = act(desk, task, take="1")
    assert (taken.status_code, taken.url) == (302, f"{PAGE}#task-{task.pk}")
    assert 'name="outcome" value="BOOKED"' in desk.get(PAGE).content.decode()
    done = act(desk, task, outcome="BOOKED", comment="на среду")

    assert "Иванова Анна: Записали. Готово." in text_of(done)
    call = Call.objects.get()
    assert (call.task, call.outcome, call.comment, call.actor) == (task, "BOOKED", "на среду", rita)
    assert shown(desk.get(PAGE)) == []


def test_no_answer_says_when_the_task_comes_back(desk, anna):
    task = make_task(anna)

    answer = act(desk, task, outcome="NO_ANSWER")

    assert "Иванова Анна: не ответили. Задача вернётся 24 ноября." in text_of(answer)
    assert shown(answer) == []


def test_task_of_somebody_else_is_refused_in_words(desk, anna):
    sonya = make_staff("sonya", "senior")
    task = make_task(anna, taken_by=sonya, taken_at=NOON)

    answer = act(desk, task, outcome="BOOKED")

    assert answer.status_code == 409
    assert "Этой задачей занимается sonya. Возьмите другую." in text_of(answer)
    assert Call.objects.count() == 0
    assert 'name="take"' not in answer.content.decode()


def test_second_press_on_a_done_task_says_so(desk, anna):
    task = make_task(anna)
    act(desk, task, outcome="BOOKED")

    answer = act(desk, task, outcome="WILL_THINK")

    assert answer.status_code == 409
    assert "Эта задача уже выполнена." in text_of(answer)
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"outcome": "NOT_NEEDED"}, {"outcome": "так"}, {"outcome": "BOOKED", "comment": "я" * 201}]
)
def test_wrong_outcome_is_refused_and_nothing_is_written(desk, anna, fields):
    task = make_task(anna)

    answer = act(desk, task, **fields)

    assert answer.status_code == 422
    assert Call.objects.count() == 0
    assert CallTask.objects.get().done_at is None


def test_phone_is_masked_and_showing_it_is_written_down(desk, rita, anna):
    task, other = make_task(anna), make_task(make_patient("Петрова", "Вера", "+79160000002"))

    assert "•••45-67" in text_of(desk.get(PAGE))
    answer = act(desk, task, phone="1")

    assert "+7 916 123-45-67" in text_of(answer)
    assert "+7 916 000-00-02" not in text_of(answer)
    event = AuditEvent.objects.get()
    assert (event.code, event.actor, event.target_id) == ("patient.phone_revealed", rita, str(anna.pk))
    assert shown(answer) == [task.pk, other.pk]


def test_other_clinics_tasks_are_neither_seen_nor_touched(desk):
    vera = make_patient("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    task = make_task(vera)

    assert "Чужова" not in text_of(desk.get(PAGE))
    for fields in ({"take": "1"}, {"outcome": "BOOKED"}, {"phone": "1"}, {"back": "1"}):
        assert act(desk, task, **fields).status_code == 409
    task.refresh_from_db()
    assert (task.taken_by, task.outcome) == (None, "")
    assert (Call.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_few_stars_are_shown_to_who_settles_them_only(desk, client, anna):
    task = make_task(anna, kind="FEEDBACK", facts={"stars": 2}, words="долго ждала")

    assert shown(desk.get(PAGE)) == []
    assert act(desk, task, take="1").status_code == 409


def test_queries_do_not_grow_with_the_list(desk, anna):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(PAGE).status_code == 200
        return len(caught)

    make_task(anna)
    queries()
    few = queries()
    for number in range(20):
        act(desk, make_task(anna), outcome="NO_ANSWER")
        CallTask.objects.update(due_date=TODAY)
        make_task(make_patient("Гостья", str(number), f"+7916000{number:04d}"))

    assert queries() == few


def test_sixty_tasks_show_fifty_and_say_how_many_more(desk, anna):
    for _number in range(60):
        make_task(anna)

    page = desk.get(PAGE)

    assert len(shown(page)) == 50
    assert "Ещё 10 задач появятся, когда вы выполните эти." in text_of(page)


def test_desk_says_how_many_wait_today(desk, anna):
    make_task(anna)
    make_task(anna)

    assert "2 звонка на сегодня" in text_of(desk.get("/admin/desk/"))


def test_list_stays_silent_about_days_to_come(desk, anna):
    make_task(anna, due_date=date(2026, 11, 23))

    assert "Сегодня звонить некому" in text_of(desk.get(PAGE))
    assert not re.search("звонк.. на сегодня", text_of(desk.get("/admin/desk/")))


def test_act_after_the_session_is_over_leads_back_to_the_list_and_says_nothing_of_it_in_the_address(desk, anna):
    task = make_task(anna)
    desk.logout()

    answer = act(desk, task, outcome="BOOKED", comment="болит зуб")

    assert answer.url == "/admin/login/?next=/admin/desk/calls/"
    assert Call.objects.count() == 0


@pytest.mark.parametrize("role", ["marketer", "manager"])
def test_who_does_not_work_at_the_desk_is_refused(client, role):
    client.force_login(make_staff("vera", role))

    assert client.get(PAGE).status_code == 403


def test_first_page_of_the_admin_counts_the_calls_of_own_clinics(desk, anna):
    make_task(anna)
    make_task(make_patient("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск")))

    assert "1 звонок на сегодня" in text_of(desk.get("/admin/"))
