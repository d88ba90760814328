"""Discounts by hand at the desk: the receipt that was being typed comes along and back."""

import pytest

from loyalty.models import ManualDiscount, Receipt
from tests.desk.desk_pages import confirm, form_data, line, open_patient, quote, text_of, token_of
from tests.people import make_staff
from tests.programs import make_member, publish_preset

pytestmark = pytest.mark.django_db
MANUAL = {"most_percent_by_role": {"receptionist": 3}, "most_percent": 20}


@pytest.fixture
def desk(client):
    publish_preset(has_welcome=False, discounts={"manual": MANUAL})
    make_member()
    make_staff("olga", "owner")
    client.force_login(make_staff("rita", "receptionist"))
    return client


def ask(client, who, **fields):
    data = form_data(who, [line(price="1000")], ask="1", reason="Долго ждала врача", **fields)
    return client.post("/admin/desk/discount/", data)


def test_program_without_such_discounts_offers_none(client):
    publish_preset(has_welcome=False)
    make_member()
    client.force_login(make_staff("rita", "receptionist"))
    who = open_patient(client)

    answer = client.post("/admin/desk/discount/", form_data(who, [line(price="1000")], ask="1", percent="1"))

    assert "Скидка по решению" not in text_of(quote(client, who, [line(price="1000")]))
    assert (answer.status_code, answer.url) == (302, "/admin/desk/")
    assert ManualDiscount.objects.count() == 0


def test_small_discount_is_in_the_quote_at_once(desk):
    who = open_patient(desk)

    answer = ask(desk, who, percent="2,5")

    assert "Скидка −25 ₽" in text_of(answer)
    assert "К оплате 975 ₽" in text_of(answer)
    confirm(desk, who, [line(price="1000")], token_of(answer))
    assert str(Receipt.objects.get().discount) == "25.00"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"percent": "25"}, "Больше 20 % не может дать никто"),
        ({"percent": "15"}, "Сами вы можете дать до 3 %. Для большей скидки выберите, кто решает."),
        ({"percent": "0"}, "больше либо равно"),
        ({"percent": "много"}, "Введите число"),
        ({"percent": "2", "reason": ""}, "Обязательное поле"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(desk, fields, text):
    who = open_patient(desk)

    answer = desk.post(
        "/admin/desk/discount/", form_data(who, [line(price="1000")], ask="1", reason="Ждала") | fields
    )

    assert answer.status_code == 422
    assert text in text_of(answer)
    assert 'name="line_price" value="1000"' in answer.content.decode()
    assert ManualDiscount.objects.count() == 0


def test_large_discount_waits_for_the_named_person(desk, client):
    who = open_patient(desk)
    olga = make_staff("olga2", "owner")

    waiting = ask(desk, who, percent="15", approver=str(olga.pk))

    assert "ждёт решения: olga2" in text_of(waiting)
    assert "К оплате 1 000 ₽" in text_of(waiting)
    rita = desk.session["_auth_user_id"]
    client.force_login(olga)
    page = client.get("/admin/desk/discounts/")
    assert "15 % · Иванова Анна" in text_of(page)
    assert "Долго ждала врача" in text_of(page)
    number = ManualDiscount.objects.get().pk
    said = client.post("/admin/desk/discounts/", {"discount": number, "note": "Согласна", "approve": "1"})
    assert "Одобрено" in text_of(said)
    assert ManualDiscount.objects.get().status == "APPROVED"
    assert rita != str(olga.pk)


def test_decision_needs_a_reason(desk, client):
    who = open_patient(desk)
    olga = make_staff("olga2", "owner")
    ask(desk, who, percent="15", approver=str(olga.pk))
    client.force_login(olga)

    said = client.post("/admin/desk/discounts/", {"discount": ManualDiscount.objects.get().pk, "approve": "1"})

    assert "Ничего не решено" in text_of(said)
    assert ManualDiscount.objects.get().status == "WAITING"


def test_receptionist_has_no_page_of_decisions(desk):
    assert desk.get("/admin/desk/discounts/").status_code == 403


def test_open_discount_can_be_taken_back(desk):
    who = open_patient(desk)
    ask(desk, who, percent="3")

    answer = desk.post("/admin/desk/discount/", form_data(who, [line(price="1000")], cancel="1"))

    assert "К оплате 1 000 ₽" in text_of(answer)
    assert ManualDiscount.objects.get().status == "CANCELLED"
