"""What a patient says in the cabinet: a wish to come, a message, a review, the survey. Sent twice it is one."""

from datetime import date

import pytest

from clinics.models import Clinic
from loyalty.models import CallTask, Review
from patients.models import SurveyAnswer, SurveyChoice, SurveyQuestion
from tests.cabinet.pages import log_in, text_of
from tests.people import make_clinic, make_staff
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.reviews.leaving import make_platform

pytestmark = pytest.mark.django_db
WISH = {"day": "2026-11-25", "part": "evening", "words": "болит зуб"}


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)


@pytest.fixture
def anna(client, sms):
    publish_preset(has_welcome=False)
    anna = make_member()
    log_in(client, sms)
    return anna


def said(answer):
    return text_of(answer).replace("\u00a0", " ")


def test_home_leads_to_the_request_where_the_clinic_has_no_booking_of_its_own(client, anna):
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON)
    assert 'href="https://clinic.ru/z"' in client.get("/").content.decode()

    Clinic.objects.update(booking_url="")

    home = client.get("/").content.decode()
    assert '<a class="button warm" href="/booking/">Записаться</a>' in home


def test_wish_to_come_lands_at_the_desk_and_its_state_is_told(client, anna):
    form = said(client.get("/booking/"))
    assert "Напишите, когда вам удобно." in form

    for _time in range(2):
        answer = client.post("/booking/", WISH | {"clinic": anna.home_clinic.pk})
        assert (answer.status_code, answer["Location"]) == (302, "/booking/")

    task = CallTask.objects.get()
    assert (task.kind, task.facts, task.words) == (
        "BOOKING",
        {"day": "2026-11-25", "part": "evening"},
        "болит зуб",
    )
    page = said(client.get("/booking/"))
    assert "Мытищи, 25 ноября, вечером Мы получили заявку. Администратор позвонит и согласует время." in page
    assert '<form method="post" novalidate>' not in client.get("/booking/").content.decode()
    CallTask.objects.update(outcome="BOOKED", done_at=NOON)
    page = said(client.get("/booking/"))
    assert "Вы записаны." in page
    assert "Отправить заявку" in page


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"day": ""}, "Выберите день."),
        ({"day": "завтра"}, "Это не дата. Напишите так: 25.11.2026."),
        ({"day": "2026-11-21"}, "Выберите день не раньше сегодняшнего"),
        ({"day": "2027-06-01"}, "не дальше полугода"),
        ({"clinic": "0"}, "Выберите клинику из списка."),
        ({"part": "night"}, "night"),
        ({"words": "я" * 1001}, "Слишком длинно: до 1000 знаков."),
    ],
)
def test_wrong_wish_is_refused_at_its_field_and_keeps_what_was_typed(client, anna, changes, text):
    answer = client.post("/booking/", WISH | {"clinic": anna.home_clinic.pk} | changes)

    assert answer.status_code == 422
    assert text in said(answer)
    assert CallTask.objects.count() == 0


def test_closed_clinic_is_not_offered(client, anna):
    closed = make_clinic("omsk", name="Омск", is_active=False)

    answer = client.post("/booking/", WISH | {"clinic": closed.pk})

    assert answer.status_code == 422
    assert "Омск" not in said(client.get("/booking/"))


def test_message_lands_at_the_desk_once(client, anna):
    for _time in range(2):
        answer = client.post("/message/", {"words": "Нет баллов за вторник"})
        assert answer["Location"] == "/message/?sent=1"

    task = CallTask.objects.get()
    assert (task.kind, task.words, task.due_date) == ("MESSAGE", "Нет баллов за вторник", date(2026, 11, 22))
    assert "Отправлено. Администратор прочтёт и позвонит вам." in said(client.get("/message/?sent=1"))


@pytest.mark.parametrize(("words", "text"), [(" ", "Напишите несколько слов."), ("я" * 1001, "Слишком длинно")])
def test_wrong_message_is_refused(client, anna, words, text):
    answer = client.post("/message/", {"words": words})

    assert answer.status_code == 422
    assert text in said(answer)
    assert CallTask.objects.count() == 0


def test_review_is_left_once_and_its_fate_is_told(client, anna):
    own = make_platform()
    page = said(client.get("/reviews/"))
    assert "Отзыв клинике 100 баллов за отзыв Как всё прошло?" in page

    for _time in range(2):
        assert client.post("/reviews/", {"platform": own.pk, "stars": "5", "text": "Спасибо!"}).status_code == 302

    assert Review.objects.get().stars == 5
    assert "Ваш отзыв на проверке." in said(client.get("/reviews/"))
    sonya = make_staff("sonya", "senior")
    Review.objects.update(status="DECLINED", reason="не о клинике", decided_by=sonya, decided_at=NOON)
    page = said(client.get("/reviews/"))
    assert "Отзыв клинике, 22 ноября Отклонён: не о клинике" in page
    assert "Отправить отзыв" in page


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"stars": "", "text": "да"}, "Поставьте от одной до пяти звёзд."),
        ({"stars": "6", "text": "да"}, "6"),
        ({"stars": "5", "text": ""}, "Напишите несколько слов."),
        ({"stars": "5", "text": "я" * 2001}, "Слишком длинно: до 2000 знаков."),
    ],
)
def test_wrong_review_is_refused(client, anna, fields, text):
    answer = client.post("/reviews/", {"platform": make_platform().pk, **fields})

    assert answer.status_code == 422
    assert text in said(answer)
    assert Review.objects.count() == 0


def test_public_site_has_a_link_and_is_offered_only_when_open(client, anna):
    make_platform()
    site = make_platform("two-gis", is_open=False, url="https://2gis.example/clinic", name="2ГИС")
    assert "2ГИС" not in said(client.get("/reviews/"))
    assert client.post("/reviews/", {"platform": site.pk}).status_code == 200
    assert Review.objects.count() == 0

    make_platform("two-gis", url="https://2gis.example/clinic")
    assert 'href="https://2gis.example/clinic"' in client.get("/reviews/").content.decode()
    client.post("/reviews/", {"platform": site.pk})

    review = Review.objects.get()
    assert (review.platform, review.stars, review.text) == (site, None, "")


@pytest.fixture
def questions(db):
    goal = SurveyQuestion.objects.create(text="Что вас привело?", kind="MULTI", place=1)
    whitening, implant = (
        SurveyChoice.objects.create(question=goal, text=text) for text in ("Отбеливание", "Имплант")
    )
    fear = SurveyQuestion.objects.create(text="Боитесь лечить зубы?", kind="SINGLE", place=2)
    yes = SurveyChoice.objects.create(question=fear, text="Да")
    more = SurveyQuestion.objects.create(text="Что ещё нам знать?", kind="FREE", place=3)
    SurveyQuestion.objects.create(text="Старый вопрос", kind="FREE", is_active=False)
    return goal, whitening, implant, fear, yes, more


def test_survey_is_answered_question_by_question_once(client, anna, questions):
    goal, whitening, implant, fear, yes, more = questions
    page = said(client.get("/survey/"))
    assert "Что вас привело? Отбеливание Имплант Боитесь лечить зубы? Да Что ещё нам знать?" in page
    assert "Старый вопрос" not in page

    first = {f"q{goal.pk}": [whitening.pk, implant.pk], f"q{more.pk}": ""}
    client.post("/survey/", first)
    client.post("/survey/", {f"q{goal.pk}": [implant.pk], f"q{fear.pk}": yes.pk})

    answers = SurveyAnswer.objects.filter(patient=anna).order_by("id").values_list("question", "chosen", "text")
    assert list(answers) == [(goal.pk, ["Отбеливание", "Имплант"], ""), (fear.pk, ["Да"], "")]
    assert "Что вас привело?" not in said(client.get("/survey/"))
    assert "Что ещё нам знать?" in said(client.get("/survey/"))


def test_answer_that_is_not_on_the_list_is_refused(client, anna, questions):
    goal, _whitening, _implant, _fear, yes, _more = questions

    answer = client.post("/survey/", {f"q{goal.pk}": [yes.pk]})

    assert answer.status_code == 422
    assert "Выберите ответ из списка." in said(answer)
    assert SurveyAnswer.objects.count() == 0


def test_answers_are_on_the_card_for_the_staff_of_the_clinic(client, anna, questions):
    goal, whitening, *_rest = questions
    client.post("/survey/", {f"q{goal.pk}": [whitening.pk]})
    client.force_login(make_staff("rita", "receptionist"), backend="clinics.role_backend.RoleBackend")

    assert "Что вас привело? — Отбеливание" in said(client.get(f"/admin/patients/patient/{anna.pk}/change/"))
    omsk = make_clinic("omsk", name="Омск")
    client.force_login(
        make_staff("inna", "receptionist", clinics=[omsk]), backend="clinics.role_backend.RoleBackend"
    )
    assert client.get(f"/admin/patients/patient/{anna.pk}/change/").status_code == 302


@pytest.mark.parametrize("address", ["/booking/", "/message/", "/reviews/", "/survey/"])
def test_nobody_but_the_patient_gets_in(client, db, address):
    publish_preset()

    assert client.get(address)["Location"] == f"/login/?next={address}"
    assert client.post(address, {"words": "x"})["Location"] == f"/login/?next={address}"
    assert (CallTask.objects.count(), Review.objects.count()) == (0, 0)
