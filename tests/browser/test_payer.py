"""Somebody else pays, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from loyalty.models import Receipt
from tests.browser.hands import Hands
from tests.browser.test_desk import active, anna, log_in, plain
from tests.people import make_patient
from tests.programs import make_member

__all__ = ["anna"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NBSP = "\u00a0"


def test_payer_is_named_by_one_key_and_a_phone(page, anna):
    boris = make_member("Иванов", "Борис", "+79160000001")
    log_in(page)
    hands = Hands(page)

    hands.type("89160000001", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванов Борис")
    hands.type("6500", "Enter")
    expect(page.locator(".earned dd")).to_have_text("+325")
    hands.type("", "F7")
    assert active(page) == "payer-entry"
    hands.type("89161234567", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    expect(page.locator(".treated")).to_contain_text("Платит за: Иванов Борис")
    expect(page.locator(".earned dd")).to_have_text("+585")
    assert active(page) == "entry"
    page.locator("input[name=line_quantity]").fill("2")
    expect(page.locator(".earned dd")).to_have_text(f"+1{NBSP}170")
    expect(page.locator("[data-payer]")).to_contain_text("Другой плательщик")
    page.locator("input[name=line_quantity]").fill("1")
    expect(page.locator(".earned dd")).to_have_text("+585")
    hands.type("", "Control+Enter")

    expect(page.locator(".result")).to_contain_text("Лечится Иванов Борис, платит Иванова Анна.")
    receipt = Receipt.objects.get()
    assert (receipt.patient, receipt.treated, receipt.points_earned) == (anna, boris, 585)
    assert hands.actions <= 5


def test_who_cannot_pay_is_said_at_the_field_with_the_cursor_in_it(open_page, anna):
    page = open_page()
    log_in(page)
    page.keyboard.type("89161234567")
    page.keyboard.press("Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")
    page.keyboard.press("F7")
    page.keyboard.type("89161234567")
    page.keyboard.press("Enter")

    expect(page.locator("#payer-error")).to_have_text(
        "Это и есть пациент. Впишите другого человека или оставьте поле пустым."
    )
    assert active(page) == "payer-entry"
    assert page.locator("#payer-entry").input_value() == "89161234567"
    # The browser names every refusal in its console.
    assert [fault for fault in open_page.faults if "422" not in fault] == []
    open_page.faults.clear()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_contact_is_treated_and_a_member_pays(open_page, anna, has_scripts):
    make_patient("Зимин", "Глеб", "+79160000002", consents=())
    page = open_page(has_scripts=has_scripts, width=360, height=800)
    log_in(page)
    page.fill("#find", "89160000002")
    page.press("#find", "Enter")
    page.locator(".payer summary").click()
    page.fill("#payer-entry", "89161234567")
    page.get_by_role("button", name="Назначить").click()

    expect(page.locator(".treated")).to_contain_text("Зимин Глеб")
    page.fill("#entry", "1000")
    page.press("#entry", "Enter")
    expect(page.locator(".earned dd")).to_have_text("+90")
    page.get_by_role("button", name="убрать плательщика").click()
    expect(page.locator(".strip h2")).to_contain_text("Зимин Глеб")
    assert plain(page.locator(".strip").inner_text()).count("Иванова") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    open_page.faults.clear()  # a contact has no quote: the refusal is in the console
