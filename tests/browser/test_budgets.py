"""Six everyday tasks within their budgets of actions and of seconds, by keyboard alone."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from loyalty.models import Receipt, Refund, Standing
from patients.models import Patient, SpendCode
from patients.spend_codes import code_digits
from tests.browser.hands import Hands
from tests.browser.test_desk import active, anna, log_in, plain
from tests.proofs import qr_of

__all__ = ["anna"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)
NBSP = "\u00a0"
DICTATION = 4  # seconds in which the patient reads the code of an SMS aloud


@pytest.fixture
def hands(page, anna) -> Hands:
    log_in(page)
    return Hands(page)


def to_pay(page: Page, text: str) -> None:
    expect(page.locator(".to-pay dd")).to_have_text(text.replace(" ", NBSP))


def posted(page: Page) -> Receipt:
    expect(page.locator(".result")).to_contain_text("проведён")
    return Receipt.objects.get()


def test_t1_known_patient_by_qr_earns_and_spends(hands, page, anna):
    hands.scan(qr_of(anna, now=datetime.now(UTC)))
    expect(page.locator(".strip")).to_contain_text("подтверждена по QR")
    assert active(page) == "entry"
    hands.type("6500", "Enter")
    to_pay(page, "6 500 ₽")
    hands.type("", "F8", "F8")
    to_pay(page, "5 200 ₽")
    assert page.locator("#code").count() == 0
    hands.type("", "Control+Enter")

    receipt = posted(page)
    assert (receipt.points_spent, receipt.proven_by, receipt.identified_by) == (1300, "QR", "QR")
    assert hands.actions <= 4
    assert hands.seconds <= 20


def test_t2_patient_by_phone_earns(hands, page, anna):
    hands.type("89161234567", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    assert active(page) == "entry"
    hands.type("6500", "Enter")
    to_pay(page, "6 500 ₽")
    hands.type("", "Control+Enter")

    receipt = posted(page)
    assert (receipt.points_spent, receipt.points_earned, receipt.identified_by) == (0, 585, "PHONE")
    assert hands.actions <= 3
    assert hands.seconds <= 15


def test_t3_patient_by_phone_spends_with_a_code_by_sms(hands, page, anna):
    hands.type("89161234567", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    hands.type("6500", "Enter")
    to_pay(page, "6 500 ₽")
    hands.type("", "F8", "F8")
    to_pay(page, "5 200 ₽")
    expect(page.locator(".proof")).to_contain_text("Чтобы списать, попросите показать QR")
    hands.type("", "F9")
    expect(page.locator(".proof")).to_contain_text("Код отправлен на •••45-67.")
    assert active(page) == "code"
    hands.type(code_digits(SpendCode.objects.get()), "Control+Enter")

    assert posted(page).proven_by == "SMS"
    assert hands.actions <= 5
    assert hands.seconds + DICTATION <= 30


@pytest.mark.parametrize("asked", ["9161234567", "4567", "иванова"])
def test_t4_how_many_points_do_i_have(hands, page, asked):
    hands.type(asked, "Enter")

    expect(page.locator(".balance")).to_contain_text(f"3{NBSP}450")
    assert hands.actions == 1
    assert hands.seconds <= 5


def test_t4_by_qr(hands, page, anna):
    hands.scan(qr_of(anna, now=datetime.now(UTC)))

    expect(page.locator(".balance")).to_contain_text(f"3{NBSP}450")
    assert hands.actions == 1


def test_t5_new_patient_is_registered_and_earns(hands, page):
    hands.type("89160000001", "Enter")
    expect(page.locator(".register")).to_contain_text("По номеру +7 916 000-00-01 никого нет. Завести карту?")
    assert active(page) == "id_last_name"
    hands.type_fields("Петрова", "Вера", "", "")
    assert active(page) == "id_rules"
    hands.type("", "Space", "Tab", "Space", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Петрова Вера")
    assert active(page) == "entry"
    hands.type("6500", "Enter")
    to_pay(page, "6 500 ₽")
    hands.type("", "Control+Enter")

    vera = Patient.objects.get(phone="+79160000001")
    assert posted(page).patient == vera
    assert Standing.objects.get(patient=vera).account.balance == 325
    assert hands.actions <= 5
    assert hands.seconds <= 45


def test_t6_whole_receipt_is_refunded(hands, page, anna):
    hands.type("89161234567", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    hands.type("6500", "Enter")
    to_pay(page, "6 500 ₽")
    hands.type("", "Control+Enter")
    receipt = posted(page)
    page.goto("/admin/desk/")

    hands = Hands(page)
    hands.type("4567", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    hands.type("", "F4")
    expect(page.locator("#reason")).to_be_focused()
    hands.type("", "ArrowDown")
    expect(page.locator("#confirm")).to_be_visible()
    hands.type("", "Control+Enter")

    expect(page.locator(".result")).to_contain_text("Возврат по чеку")
    assert "Баланс 3 450." in plain(page.locator(".result").inner_text())
    assert Refund.objects.get().receipt == receipt
    assert hands.actions <= 4
    assert hands.seconds <= 20
