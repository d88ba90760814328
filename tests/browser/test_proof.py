"""Consent to spend in a real browser: by keyboard within the budgets of actions, and without scripts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from loyalty.models import Receipt
from patients.models import SpendCode
from patients.spend_codes import code_digits
from tests.browser.hands import Hands
from tests.browser.test_desk import active, choose, log_in, sideways_scroll
from tests.people import make_rita, make_staff
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import code_of, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NBSP = "\u00a0"


@pytest.fixture
def anna(live_server, monkeypatch):
    """Gold, 450 points to 27 November and 3 000 by the rolling date; Rita at the desk."""
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    make_rita()
    return anna


@pytest.fixture
def hands(page, anna) -> Hands:
    log_in(page)
    return Hands(page)


def to_pay(page: Page, text: str) -> None:
    expect(page.locator(".to-pay dd")).to_have_text(text.replace(" ", NBSP))


def posted(page: Page) -> Receipt:
    expect(page.locator(".result")).to_contain_text("проведён")
    return Receipt.objects.get()


def only_complains_of(status: int, open_page) -> None:
    """The browser's console names every refusal by itself."""
    assert len(open_page.faults) == 1
    assert f"status of {status}" in open_page.faults.pop()


def real_now() -> datetime:
    return datetime.now(UTC)


def test_wrong_code_leaves_the_cursor_in_its_empty_field(hands, page, open_page, anna):
    hands.type("89161234567", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    hands.type("6500", "Enter")
    choose(page, "maximum", "5 200 ₽")
    page.fill("#code", wrong(code_of(anna, now=real_now())))
    page.keyboard.press("Control+Enter")

    expect(page.locator(".proof .field-error")).to_have_text("Код не подошёл. Осталось попыток: 4.")
    assert (active(page), page.locator("#code").input_value()) == ("code", "")
    hands.type(code_of(anna, now=real_now()), "Control+Enter")
    assert posted(page).proven_by == "CARD_CODE"
    only_complains_of(422, open_page)


def test_half_typed_code_stays_while_the_receipt_is_quoted_again(hands, page, anna):
    hands.type("89161234567", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    hands.type("6500", "Enter")
    choose(page, "maximum", "5 200 ₽")
    page.fill("#code", "123")

    page.locator("input[name=line_price]").fill("10000")

    to_pay(page, "8 000 ₽")
    assert page.locator("#code").input_value() == "123"


def test_senior_decides_without_a_code(open_page, anna):
    make_staff("sonya", "senior")
    page = open_page(width=360, height=800)
    log_in(page, username="sonya")
    page.fill("#find", "89161234567")
    page.keyboard.press("Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    page.keyboard.type("6500")
    page.keyboard.press("Enter")
    choose(page, "maximum", "5 200 ₽")

    page.get_by_text("Списать без кода").click()
    page.fill("#override-reason", "телефон разряжен")
    page.get_by_role("button", name="Подтвердить без кода").click()
    expect(page.locator(".strip")).to_contain_text("по решению старшего администратора")
    assert sideways_scroll(page) == 0
    page.keyboard.press("Control+Enter")

    receipt = posted(page)
    assert (receipt.proven_by, receipt.override_reason) == ("OVERRIDE", "телефон разряжен")


def test_code_is_sent_and_taken_without_scripts(open_page, anna):
    page = open_page(has_scripts=False)
    log_in(page)
    page.fill("#find", "+79161234567")
    page.press("#find", "Enter")
    page.fill("#entry", "6500")
    page.press("#entry", "Enter")
    page.locator("input[name=spend][value=maximum]").check()
    page.locator("#confirm").click()
    expect(page.locator(".notices")).to_contain_text("Чек изменился после расчёта.")
    only_complains_of(409, open_page)

    page.locator("#send-code").click()
    page.fill("#code", code_digits(SpendCode.objects.get()))
    page.locator("#confirm").click()

    assert posted(page).proven_by == "SMS"
