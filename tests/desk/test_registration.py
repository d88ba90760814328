"""A new person at the desk: card, account, welcome points and consents in one act."""

import re

import pytest

from loyalty.models import Standing
from patients.models import Card, ConsentRecord, Patient
from tests.desk.desk_pages import open_patient, text_of
from tests.desk.written import written
from tests.people import make_patient
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db
VERA = {
    "phone": "8 916 000-00-01", "last_name": "Петрова", "first_name": "Вера", "rules": "on", "personal_data": "on",
    "service": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def program(db):
    publish_preset()


def register(client, **changes):
    return client.post("/admin/desk/register/", {**VERA, **changes})


def test_new_person_has_card_account_and_welcome_points_and_is_opened(client, rita):
    page = client.get(register(client).url)

    vera = Patient.objects.get()
    assert "Петрова Вера Стандарт •••00-01" in text_of(page)
    assert "250 на балансе" in text_of(page)
    assert Card.objects.get(patient=vera).number in text_of(page).replace(" ", "")
    assert (vera.phone, vera.status, vera.home_clinic.code) == ("+79160000001", "MEMBER", "mytishchi")
    assert Standing.objects.get(patient=vera).account.balance == 250


def test_child_without_a_phone_is_registered_when_it_is_said_so(client, rita):
    page = client.get(register(client, phone="", no_phone="on").url)

    vera = Patient.objects.get()
    assert (vera.phone, vera.status) == (None, "MEMBER")
    assert "250 на балансе" in text_of(page)


def test_phone_that_was_typed_is_kept_whatever_is_ticked(client, rita):
    register(client, no_phone="on")

    assert Patient.objects.get().phone == "+79160000001"


def test_found_nobody_by_phone_asks_for_no_tick_that_there_is_none(client, rita):
    offered = client.post("/admin/desk/find/", {"q": "89160000001"}).content.decode()

    assert 'name="no_phone"' not in offered
    assert 'name="no_phone"' in client.get("/admin/desk/register/").content.decode()


def test_consents_are_recorded_one_by_one_and_advertising_only_when_ticked(client, rita):
    register(client)

    rows = ConsentRecord.objects.order_by("id").values_list("kind", "granted", "source", "actor__username")
    assert list(rows) == [
        ("RULES", True, "DESK", "rita"),
        ("PERSONAL_DATA", True, "DESK", "rita"),
        ("SERVICE", True, "DESK", "rita"),
    ]


def test_advertising_is_not_ticked_beforehand(client, rita):
    html = client.get("/admin/desk/register/").content.decode()

    assert "checked" not in html


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "phone"),
        ({"phone": "+7 916 000-00-01"}, "last_name"),
        ({**VERA, "birth_date": "вчера"}, "birth_date"),
    ],
)
def test_cursor_waits_in_the_first_wrong_or_empty_field(client, rita, sent, field):
    html = client.post("/admin/desk/register/", sent).content.decode()

    assert re.findall(r'<input[^>]*name="(\w+)"[^>]* autofocus', html) == [field]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"phone": "12345"}, "Это не полный номер телефона."),
        ({"phone": ""}, "Введите телефон. Если его нет, отметьте это ниже."),
        ({"phone": "12345", "no_phone": "on"}, "Это не полный номер телефона."),
        ({"last_name": ""}, "Обязательное поле."),
        ({"rules": ""}, "Без согласия с правилами карту не завести."),
        ({"personal_data": ""}, "Без согласия на обработку данных мы не можем записать человека."),
        ({"birth_date": "вчера"}, "Введите правильную дату."),
        ({"birth_date": "10.06.1790"}, "Такой даты рождения не бывает."),
    ],
)
def test_bad_field_is_named_and_nothing_is_written(client, rita, changes, says):
    before = written()

    answer = register(client, **changes)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "Вера" in answer.content.decode()
    assert written() == before


def test_taken_phone_leads_to_its_owner_and_nothing_is_written(client, rita):
    make_patient("Иванова", "Анна", "+79160000001")
    before = written()

    answer = register(client)

    assert "Пациент с этим телефоном уже есть. Открыть этого пациента" in text_of(answer)
    assert written() == before


def test_contact_becomes_a_member_once_after_agreeing(client, rita):
    make_patient("Петрова", "Вера", "+79160000001", consents=())
    who = open_patient(client, "+79160000001")

    for _time in range(2):
        page = client.get(client.post("/admin/desk/enrol/", {"who": who, "agreed": "1"}).url)

    assert "250 на балансе" in text_of(page)
    assert Patient.objects.get().status == "MEMBER"


def test_contact_without_the_tick_stays_a_contact(client, rita):
    make_patient("Петрова", "Вера", "+79160000001", consents=())
    who = open_patient(client, "+79160000001")
    before = written()

    page = client.get(client.post("/admin/desk/enrol/", {"who": who}).url)

    assert "ещё не в программе" in text_of(page)
    assert written() == before


def test_who_recommended_is_written_down_with_the_new_person(client, rita):
    anna = make_patient()

    register(client, inviter="8 916 123-45-67")

    assert Patient.objects.get(last_name="Петрова").referral.inviter == anna


def test_unknown_friend_is_refused_at_the_field_and_nobody_is_registered(client, rita):
    before = written()

    page = register(client, inviter="+79169999999")

    assert page.status_code == 422
    assert "Ни у кого нет такого телефона, карты или кода." in text_of(page)
    assert (written(), 'value="+79169999999"' in page.content.decode()) == (before, True)
