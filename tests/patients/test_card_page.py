"""The patient's card: what it shows, at the same price for a newcomer and for a patient with a long past."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import OutboxMessage
from patients.models import Household, Patient
from patients.public_codes import friend_code_of
from patients.referrals import set_inviter
from tests.desk.desk_pages import text_of
from tests.patient_card import change_url
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    publish_preset(has_welcome=False)
    return make_member(at=NOON, tier="gold", turnover=282_000)


def relatives(anna, count, **fields):
    home = Household.objects.create(name="Семья на Лесной", contact=anna)
    Patient.objects.filter(pk=anna.pk).update(household=home)
    for number in range(count):
        child = make_patient("Иванов", f"Ребёнок {number}", None, **fields)
        Patient.objects.filter(pk=child.pk).update(household=home)


def message(patient, number):
    OutboxMessage.objects.create(
        key=f"m{number}", event="points_burning", kind="SERVICE", patient=patient, due_at=NOON,
        next_attempt_at=NOON, created_at=NOON,
    )  # fmt: skip


def test_strip_says_balance_tier_and_all_that_was_paid(client, anna):
    give_points(anna, 3450, at=NOON)
    client.force_login(make_staff("maria", "manager"))

    text = text_of(client.get(change_url(anna)))

    assert "3 450 на балансе" in text
    assert "Золото" in text
    assert "282 000 ₽ оплачено всего (LTV)" in text


def test_family_consents_and_friends_are_told(client, anna):
    relatives(anna, 1)
    friend = make_patient("Петрова", "Вера", "+79160000001")
    maria = make_staff("maria", "manager")
    set_inviter(patient=friend, inviter=anna, actor=maria, at=NOON)
    code = friend_code_of(anna, at=NOON)
    client.force_login(maria)

    text = text_of(client.get(change_url(anna)))

    assert "Семья на Лесной · Иванов Ребёнок 0" in text
    assert "обработка персональных данных: да, 22 ноября" in text
    assert f"Друзья код {code.text} · пришёл 1, с визитом: 0" in text


def test_last_messages_say_which_one_went_where_and_what_came_of_it(client, anna):
    when = dict.fromkeys(("due_at", "next_attempt_at", "created_at", "sent_at"), NOON)
    for number in range(6):
        OutboxMessage.objects.create(
            key=f"m{number}", event="points.burning_soon", kind="SERVICE", patient=anna, channel="SMS",
            status="SENT", address="+79161234567", **when,
        )  # fmt: skip
    client.force_login(make_staff("maria", "manager"))

    page = client.get(change_url(anna))

    shown = text_of(page).partition("Последние сообщения")[2]
    assert shown.count("22.11.2026 12:00 · Баллы скоро сгорят · СМС · Отправлено") == 5, shown
    assert "9161234567" not in page.content.decode()


def test_relative_of_another_clinic_is_named_without_a_link(client, anna):
    relatives(anna, 1, clinic=make_clinic("omsk", name="Омск"))
    client.force_login(make_staff("maria", "manager"))

    page = client.get(change_url(anna))

    child = Patient.objects.get(first_name="Ребёнок 0")
    assert "Иванов Ребёнок 0" in text_of(page)
    assert change_url(child) not in page.content.decode()


def test_long_past_costs_no_more_queries(client, anna):
    relatives(anna, 1)
    message(anna, 0)
    give_points(anna, 10, at=NOON)
    client.force_login(make_staff("maria", "manager"))
    client.get(change_url(anna))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(change_url(anna))
    for number in range(1, 30):
        give_points(anna, 10 + number, at=NOON)
        message(anna, number)
        child = make_patient("Иванов", f"Внук {number}", None)
        Patient.objects.filter(pk=child.pk).update(household=Patient.objects.get(pk=anna.pk).household)

    with CaptureQueriesContext(connection) as many:
        client.get(change_url(anna))

    assert len(many) == len(few)
    assert len(many) <= 30


def test_all_operations_of_the_account_are_a_list_of_their_own(client, anna):
    vera = make_member("Петрова", "Вера", "+79160000001", at=NOON)
    give_points(anna, 10, at=NOON)
    give_points(vera, 20, at=NOON)
    client.force_login(make_staff("maria", "manager"))

    url = f"/admin/loyalty/operation/?account={anna.standing.account_id}"

    assert url in client.get(change_url(anna)).content.decode().replace("&amp;", "&")
    assert len(client.get(url).context["cl"].result_list) == 1
    assert client.get("/admin/loyalty/operation/?account=abc").status_code == 200
