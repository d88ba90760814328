"""The patient's way through the cabinet in a real browser, phone first."""

import re
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from loyalty.ledger import posting
from tests.cabinet.sms import open_sms_box
from tests.people import make_clinic
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 800}
NBSP = "\u00a0"


@pytest.fixture
def sms(monkeypatch):
    return open_sms_box(monkeypatch)


@pytest.fixture
def anna(live_server, monkeypatch):
    """Gold; 450 points to 27 November, 3 000 by the rolling date."""
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)
    publish_preset(has_welcome=False)
    clinic = make_clinic(address="Олимпийский пр., 29", phone="+7 495 123-45-67")
    anna = make_member(tier="gold", turnover=282_000, clinic=clinic)
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    return anna


def log_in(page, sms):
    page.goto("/")
    page.get_by_label("Ваш телефон").fill("8 916 123-45-67")
    page.get_by_role("button", name="Получить код").click()
    page.get_by_label("Код из СМС").fill(f"{sms.last_code[:3]} {sms.last_code[3:]}")
    page.get_by_role("button", name="Войти").click()


def test_patient_logs_in_by_code_and_sees_the_balance(open_page, sms, anna):
    page = open_page(**PHONE)

    log_in(page, sms)

    assert page.get_by_role("heading", level=1).inner_text() == "Здравствуйте, Анна"
    assert page.locator(".points").inner_text() == f"3{NBSP}450"
    assert page.locator("#burning").inner_text() == f"450 баллов сгорят 27{NBSP}ноября"
    page.get_by_role("button", name="Выйти").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Вход в кабинет"


def test_everything_works_without_scripts(open_page, sms, anna):
    page = open_page(**PHONE, has_scripts=False)

    log_in(page, sms)

    assert page.locator(".points").inner_text() == f"3{NBSP}450"
    page.get_by_role("button", name="English").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Hello, Анна"


def test_resend_button_counts_down_and_is_off_meanwhile(open_page, sms, anna):
    page = open_page(**PHONE)
    page.goto("/login/")
    page.get_by_label("Ваш телефон").fill("8 916 123-45-67")
    page.get_by_role("button", name="Получить код").click()

    button = page.locator("[data-wait]")

    expect(button).to_be_disabled()
    expect(button).to_have_text(re.compile(r"^Новый код через (1:00|0:5\d)$"))


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_scrolls_sideways(open_page, sms, anna, width):
    posting.spend(account_id=anna.standing.account_id, units=1300, key="spent", at=NOON)
    page = open_page(width=width, height=800)
    widths = []

    def measure():
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

    page.goto("/login/")
    measure()
    page.get_by_label("Ваш телефон").fill("8 916 123-45-67")
    page.get_by_role("button", name="Получить код").click()
    measure()
    page.get_by_label("Код из СМС").fill(sms.last_code)
    page.get_by_role("button", name="Войти").click()
    measure()

    assert widths == [width] * 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_break_no_accessibility_rule(open_page, sms, anna, theme):
    page = open_page(**PHONE, theme=theme)
    violations = {}

    def check(name):
        found = Axe().run(page).response["violations"]
        violations[name] = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]

    page.goto("/")
    check("phone")
    page.get_by_label("Ваш телефон").fill("12")
    page.get_by_role("button", name="Получить код").click()
    check("wrong phone")
    page.get_by_label("Ваш телефон").fill("8 916 123-45-67")
    page.get_by_role("button", name="Получить код").click()
    check("code")
    page.get_by_label("Код из СМС").fill(sms.last_code)
    page.get_by_role("button", name="Войти").click()
    check("home")

    assert violations == {"phone": [], "wrong phone": [], "code": [], "home": []}
