"""The card page: number, QR and the code of this minute; for its own patient only, never stored on the way."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from clinics.qr_codes import qr_svg
from patients.card_codes import card_code, qr_payload, step_at
from patients.cards import block_card
from patients.models import Card
from patients.spend_proofs import ProofRequest, prove_by_code
from tests.cabinet.pages import log_in, text_of
from tests.people import make_clinic, make_patient, make_rita, make_staff
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"
FRAGMENT = {"X-Card-Fragment": "1"}


@pytest.fixture
def half_past():
    """Half of the first minute after noon."""
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna(half_past):
    publish_preset(has_welcome=False)
    anna = make_member()
    give_points(anna, 3450, at=NOON - timedelta(days=9))
    return anna


def card_page(client, sms, **fields):
    log_in(client, sms)
    return client.get("/card/", **fields)


def code_on(page):
    """Six digits as a person reads them out."""
    return re.search(r"Код (\d{3} \d{3})", text_of(page)).group(1)


def code_now(patient, *, now=NOON):
    return card_code(patient.pk, step=step_at(now))


def test_card_is_one_tap_from_home(client, sms, anna):
    log_in(client, sms)

    home = client.get("/").content.decode()

    assert re.search(r'<a class="button" href="/card/">Показать карту</a>', home)


def test_page_shows_number_code_and_balance(client, sms, anna):
    text = text_of(card_page(client, sms))

    number, code = str(Card.objects.get()), code_now(anna)
    assert f"{number} Код {code[:3]} {code[3:]} Новый код через 30 с" in text
    assert f"Ваши баллы 3{NBSP}450" in text
    assert "Обновить код" in text


def test_qr_holds_the_number_and_the_code_as_digits_only(client, sms, anna):
    page = card_page(client, sms)

    payload = qr_payload(Card.objects.get().number, code_now(anna))
    assert re.fullmatch(r"\d{14}", payload)
    assert qr_svg(payload) in page.content.decode()


def test_code_of_the_page_proves_the_consent_at_the_desk(client, sms, anna):
    code = code_on(card_page(client, sms))
    asked = ProofRequest(
        patient_id=anna.pk, clinic=make_clinic(), actor=make_rita(), at=NOON, now=datetime.now(UTC), key="quote"
    )

    assert prove_by_code(code, request=asked).way == "CARD_CODE"


def test_next_minute_has_another_code(client, sms, anna, half_past):
    first = code_on(card_page(client, sms))
    half_past.move_to(NOON + timedelta(seconds=61))

    assert code_on(client.get("/card/")) != first


def test_code_lives_by_the_clock_on_the_wall_while_the_demos_is_moved_on(client, sms, anna, monkeypatch):
    monkeypatch.setattr("clinics.clock.now", lambda: NOON + timedelta(days=3))

    code = code_on(card_page(client, sms))

    assert code.replace(" ", "") == code_now(anna)


def test_script_gets_only_the_sheet(client, sms, anna):
    log_in(client, sms)

    sheet = client.get("/card/", headers=FRAGMENT).content.decode()

    assert 'data-seconds="30"' in sheet
    assert "<html" not in sheet


def test_bare_qr_for_a_phone_without_internet_is_on_the_page_already(client, sms, anna):
    page = card_page(client, sms).content.decode()

    offline = page.split("<template data-offline>")[1].split("</template>")[0]
    assert qr_svg(qr_payload(Card.objects.get().number)) in offline
    assert "Нет интернета." in offline
    assert code_now(anna)[:3] not in re.sub(r"<path[^>]*>", "", offline)


def test_contact_sees_the_card_without_a_code(client, sms, half_past):
    make_patient(consents=())

    page = card_page(client, sms)

    assert str(Card.objects.get()) in text_of(page)
    assert "Вы ещё не в программе." in text_of(page)
    assert "data-seconds" not in page.content.decode()


def test_patient_whose_card_is_closed_is_told_what_to_do(client, sms, anna):
    block_card(card=Card.objects.get(), reason="потеря", at=NOON)
    log_in(client, sms)

    answers = [client.get("/"), client.get("/card/")]
    sheet = client.get("/card/", headers=FRAGMENT)

    assert "Показать карту" not in text_of(answers[0])
    assert all("Открытой карты нет. Её выдадут на стойке." in text_of(answer) for answer in answers)
    assert sheet.status_code == 404


def test_nobody_but_the_patient_sees_a_card(client, anna):
    staff = Client()
    staff.force_login(make_staff("rita", "receptionist"))

    answers = [client.get("/card/"), client.get("/card/", headers=FRAGMENT), staff.get("/card/")]

    assert [answer.url for answer in answers] == ["/login/?next=/card/"] * 3


def test_page_is_stored_nowhere_on_the_way(client, sms, anna):
    assert "no-store" in card_page(client, sms)["Cache-Control"]


def test_page_only_shows(client, sms, anna):
    log_in(client, sms)

    assert client.post("/card/").status_code == 405


def test_page_takes_few_queries(client, sms, anna, django_assert_max_num_queries):
    log_in(client, sms)

    with django_assert_max_num_queries(5):  # session, patient, card, account, holdings
        client.get("/card/")
    with django_assert_max_num_queries(3):
        client.get("/card/", headers=FRAGMENT)
