"""Own data to take away, one tap against advertising, and the way out of the program."""

import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from clinics.models import AuditEvent
from loyalty.models import Account
from notifications.channels.base import OutgoingMessage
from notifications.channels.email import EmailChannel
from notifications.channels.sms_smsc import SmscChannel
from notifications.unsubscribing import unsubscribe_url
from patients.consents import may_message, record_consent
from patients.models import ConsentRecord
from patients.unsubscribe_links import find_unsubscriber, unsubscribe_token
from tests.cabinet.pages import log_in, text_of
from tests.cabinet.test_home import pay, said, today
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
__all__ = ["today"]


@pytest.fixture
def anna(today):
    publish_preset(has_welcome=False)
    anna = make_member()
    give_points(anna, 450, at=NOON - timedelta(days=9))
    record_consent(patient=anna, kind="ADVERTISING", granted=True, source="DESK", at=NOON)
    record_consent(patient=anna, kind="ADVERTISING", channel="SMS", granted=True, source="DESK", at=NOON)
    return anna


@pytest.fixture
def vera(anna):
    return make_member("Петрова", "Вера", "+79160000001", clinic=anna.home_clinic)


def way_out(patient):
    return reverse("cabinet_unsubscribe", args=[unsubscribe_token(patient.pk)])


def advertised(patient):
    return [
        may_message(patient_id=patient.pk, kind="ADVERTISING", channel=channel) for channel in ("EMAIL", "SMS")
    ]


def test_file_holds_all_of_the_patients_own_and_nothing_of_others(client, sms, anna, vera):
    receipt = pay(anna).receipt
    give_points(vera, 7777, at=NOON)
    log_in(client, sms)

    answer = client.get("/settings/data/file/")

    data = json.loads(answer.content)
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert data["person"]["phone"] == "+79161234567"
    assert data["operations"] == [
        {"at": "2026-11-13T09:00:00Z", "kind": data["operations"][0]["kind"], "points": 450},
        {"at": "2026-11-22T09:00:00Z", "kind": data["operations"][1]["kind"], "points": 325},
    ]
    assert [(row["number"], row["price"], row["points_earned"]) for row in data["receipts"]] == [
        (receipt.pk, "6500.00", 325)
    ]
    assert data["services"] == [
        {"receipt": receipt.pk, "service": "hygiene-full", "quantity": 1, "price": "6500.00"}
    ]
    assert "7777" not in answer.content.decode()
    assert "Вера" not in answer.content.decode()


def test_page_of_the_data_says_the_same_in_words(client, sms, anna):
    pay(anna)
    log_in(client, sms)

    page = said(text_of(client.get("/settings/data/")))

    assert "Фамилия Иванова Имя Анна" in page
    assert "Баллы: 2" in page
    assert "Когда: 22.11.2026 Клиника: Мытищи Цена, ₽: 6500.00" in page


def test_link_in_a_message_stops_advertising_by_one_tap_without_a_log_in(anna):
    client = Client(HTTP_ACCEPT_LANGUAGE="ru", enforce_csrf_checks=True)
    looked_at = client.get(way_out(anna))
    assert advertised(anna) == [True, True]

    stopped = client.post(way_out(anna))

    assert "Одно нажатие, и реклама не придёт ни по одному каналу." in text_of(looked_at)
    assert "Готово. Рекламу больше присылать не будем." in text_of(stopped)
    assert advertised(anna) == [False, False]
    assert may_message(patient_id=anna.pk, kind="SERVICE", channel="SMS")
    rows = ConsentRecord.objects.filter(source="UNSUBSCRIBE").order_by("pk")
    assert list(rows.values_list("channel", "granted", "actor")) == [("", False, None), ("SMS", False, None)]


def test_second_tap_changes_nothing_and_says_the_same(client, anna):
    first = client.post(way_out(anna))

    second = client.post(way_out(anna))

    assert text_of(first) == text_of(second)
    assert ConsentRecord.objects.filter(source="UNSUBSCRIBE").count() == 2


def test_mail_programs_own_request_is_enough(client, anna):
    answer = client.post(way_out(anna), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert advertised(anna) == [False, False]


def test_page_of_the_link_does_not_say_whose_it_is(client, anna):
    page = client.get(way_out(anna)).content.decode()

    assert "Анна" not in page
    assert "1234567" not in page


@pytest.mark.parametrize("change", ["another number", "another signature", "nonsense", "too long"])
def test_link_that_is_not_ours_is_an_unknown_page(client, anna, vera, change):
    number, signature = unsubscribe_token(anna.pk).split("-")
    token = {
        "another number": f"{vera.pk}-{signature}",
        "another signature": f"{number}-{'0' * 15}",
        "nonsense": "hello",
        "too long": f"{'9' * 30}-{signature}",
    }[change]

    assert client.post(reverse("cabinet_unsubscribe", args=[token])).status_code == 404
    assert advertised(anna) == [True, True]


def test_link_is_short_enough_for_a_message(anna):
    assert len(unsubscribe_token(1_000_000)) == 23
    assert find_unsubscriber(unsubscribe_token(anna.pk)) == anna.pk


def test_advertising_letter_carries_the_way_out_and_the_buttons_of_mail_programs(anna):
    address = unsubscribe_url(anna.pk)
    letter = OutgoingMessage(1, "anna@example.com", "Осень", "Скидка.", "Скидка.", unsubscribe_url=address)

    EmailChannel().send(letter)

    sent = mail.outbox[0]
    assert sent.extra_headers["List-Unsubscribe"] == f"<{address}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.body == f"Скидка.\n\nБез рекламы: {address}"
    assert SmscChannel().text_of(letter) == f"Скидка. Без рекламы: {address}"


def test_letter_about_points_has_no_such_button():
    EmailChannel().send(OutgoingMessage(1, "anna@example.com", "Баллы", "Начислено.", "Начислено."))

    assert mail.outbox[0].body == "Начислено."
    assert not any(header.startswith("List-") for header in mail.outbox[0].extra_headers)


def test_leaving_says_what_happens_to_the_points_and_the_data(client, sms, anna):
    log_in(client, sms)

    page = said(text_of(client.get("/settings/leave/")))

    assert "450 баллов пропадут: потратить их или передать другому будет нельзя." in page
    assert "Карта перестанет работать, этот кабинет закроется." in page
    assert "Отменить это нельзя." in page


def test_leaving_without_the_tick_changes_nothing(client, sms, anna):
    log_in(client, sms)

    page = client.post("/settings/leave/")

    assert "Прочитайте и отметьте: отменить это нельзя." in text_of(page)
    anna.refresh_from_db()
    assert (anna.first_name, anna.erased_at) == ("Анна", None)


def test_who_has_left_is_erased_logged_out_and_unknown_to_the_log_in(client, sms, anna):
    log_in(client, sms)

    answer = client.post("/settings/leave/", {"is_sure": "on"}, follow=True)

    assert "Ваши данные удалены." in text_of(answer)
    anna.refresh_from_db()
    assert (anna.first_name, anna.phone, anna.erased_at) == ("", None, NOON)
    assert Account.objects.get(patient=anna).balance == 450
    event = AuditEvent.objects.get(code="patient.erased")
    assert event.actor_id == anna.user_id
    assert client.get("/")["Location"].startswith("/login/")
    assert set(ConsentRecord.objects.filter(granted=False).values_list("source", flat=True)) == {"CABINET"}


def test_english_rooms_have_no_cyrillic_but_names(sms, anna):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    log_in(client, sms)
    pages = {}

    for address in ("/settings/", "/settings/leave/", "/help/", "/left/"):
        page = text_of(client.get(address))
        for name in ("Иванова", "Анна", "Мытищи"):
            page = page.replace(name, "")
        pages[address] = re.findall("[а-яё]+", page, re.IGNORECASE)

    assert pages == {"/settings/": [], "/settings/leave/": [], "/help/": [], "/left/": []}
