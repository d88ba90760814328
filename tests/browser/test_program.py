"""A manager who never read code sets up a program, changes a percent, and everybody is told the same."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from playwright.sync_api import expect

from loyalty.checkout.catalogue import read_catalogue
from loyalty.checkout.draft import DraftLine
from loyalty.models import Standing, WhatIfRun
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.files import read_preset
from loyalty.program.versions import create_draft, current_program
from loyalty.what_if import running
from tests.cabinet.sms import open_sms_box
from tests.people import make_clinic, make_doctor, make_rita, make_service, make_staff, make_tag
from tests.program_page.full_program import full_document
from tests.programs import NOON, make_member, publish_preset
from tests.what_if.asked import count_here, store_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)
PAGES = (
    "/admin/program/",
    "/admin/program/2/",
    "/admin/program/2/earning/women/",
    "/admin/program/2/promotion/promotion-1/",
    "/admin/program/2/part/tiers/",
    "/admin/program/2/part/card/",
    "/admin/program/2/publish/",
    "/admin/program/2/try/",
    "/admin/program/2/what-if/",
    "/admin/program/2/what-if/901/",
    "/admin/program/2/what-if/902/",
    "/admin/program/2/what-if/903/",
)


@pytest.fixture
def days(live_server, monkeypatch):
    """The clock of the portal; the test moves it."""
    passed = []
    monkeypatch.setattr("clinics.clock.now", lambda: NOON + timedelta(days=len(passed)))
    return passed


def log_in(page, username):
    page.goto("/admin/program/" if username == "maria" else "/admin/desk/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", "clinic-pass-1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def text_of(page):
    return re.sub(r"\s+", " ", page.locator("body").inner_text().replace("\u00a0", " "))


def earned_at_the_desk(page):
    """What 10 000 for hygiene would give Anna."""
    page.goto("/admin/desk/")
    page.fill("#find", "8 916 123-45-67")
    page.press("#find", "Enter")
    page.fill("#entry", "10000")
    page.press("#entry", "Enter")
    expect(page.locator(".earned dd")).to_be_visible()
    return text_of(page)


def pay_in_the_past(patient):
    """10 000 a hundred days ago, by the program of today."""
    receipt = PastReceipt(
        standing=Standing.objects.select_related("account", "patient__home_clinic").get(patient=patient),
        clinic=patient.home_clinic,
        paid_at=NOON - timedelta(days=100),
        lines=(DraftLine(price_kopecks=1_000_000),),
        source_system="past",
        document="1",
    )
    with transaction.atomic():
        running_program = current_program(at=NOON)
        replay_receipts([receipt], catalogue=read_catalogue([]), running=running_program, recorded_at=NOON)


def count_in_the_background():
    """What the worker does within a minute."""
    running.run_waiting(now=lambda: NOON + timedelta(minutes=1))


def test_gold_falls_to_8_percent_everywhere_from_the_day_it_was_published_for(open_page, days, monkeypatch):
    count_here(monkeypatch)
    sms = open_sms_box(monkeypatch)
    make_clinic()
    make_staff("maria", "manager")
    make_rita()
    manager, desk, phone = open_page(has_scripts=False), open_page(), open_page(width=360, height=800)
    log_in(manager, "maria")

    # A whole program in two clicks.
    manager.get_by_role("button", name="Стоматология").click()
    manager.get_by_role("link", name="Опубликовать…").click()
    manager.get_by_label("Сразу").check()
    manager.get_by_role("button", name="Опубликовать").click()
    assert "Версия 1 действует." in text_of(manager)
    pay_in_the_past(make_member(tier="gold", turnover=282_000, at=NOON))

    # Gold 9 % becomes 8 %.
    manager.get_by_role("link", name="Программа").first.click()
    manager.get_by_role("button", name="Новый черновик").click()
    sentence = manager.locator("li", has_text="За оплату начисляем")
    sentence.get_by_role("link", name="Изменить").click()
    manager.get_by_role("textbox", name="Золото").fill("8")
    manager.get_by_role("button", name="Сохранить в черновике").last.click()
    assert "Золото 8 %, Премиум 10 %" in text_of(manager)

    # What it would have cost last year.
    manager.get_by_role("link", name="Что было бы").click()
    manager.get_by_label("Чеки за").select_option("12 месяцев")
    manager.get_by_role("button", name="Посчитать").click()
    assert "Ждёт своей очереди." in text_of(manager)
    count_in_the_background()
    manager.get_by_role("link", name="Обновить").click()
    last_year = text_of(manager)
    assert "Стоимость за 12 месяцев: черновик 2 — 0 ₽, ровно столько же, сколько версия 1." in last_year
    assert "Начислено баллов: 1 050 вместо 1 150; обязательства в конце: 1 050 ₽ вместо 1 150 ₽." in last_year
    assert "Заденет участников: 1 из 1, чеков: 1 из 1." in last_year
    assert "Проиграют: 1, вместе получат на 100 ₽ меньше." in last_year
    manager.get_by_role("link", name="Версия 2").click()

    # Who is touched, and from when.
    manager.get_by_role("link", name="Опубликовать…").click()
    shown = text_of(manager)
    assert "Начислено баллов: 1 050 вместо 1 150" in shown
    assert "Было За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 9 %, Премиум 10 %." in shown
    assert "Золото 1 1" in shown
    assert "Уровень ни у кого не изменится." in shown
    manager.get_by_role("button", name="Опубликовать").click()
    assert "Версия 2 начнёт действовать 23 ноября." in text_of(manager)

    # Today nothing has changed.
    log_in(desk, "rita")
    today = earned_at_the_desk(desk)
    assert "Кешбэк: 9 % от 10 000 ₽." in today
    assert "+900" in today
    desk.goto("/rules/")
    assert "Золото 9 %" in text_of(desk)

    # Tomorrow the desk, the cabinet and the published rules say the same.
    days.append("tomorrow")
    tomorrow = earned_at_the_desk(desk)
    assert "Кешбэк: 8 % от 10 000 ₽." in tomorrow
    assert "+800" in tomorrow
    # A browser may keep the public page for a minute; this one has not seen it.
    phone.goto("/rules/")
    assert "Золото 8 %" in text_of(phone)
    phone.goto("/")
    phone.get_by_label("Ваш телефон").fill("8 916 123-45-67")
    phone.get_by_role("button", name="Получить код").click()
    phone.get_by_label("Код из СМС").fill(sms.last_code)
    phone.get_by_role("button", name="Войти").click()
    assert "кешбэк 8 %" in text_of(phone)
    phone.goto("/program/")
    assert "Золото 8 %" in text_of(phone)


@pytest.fixture
def versions(days):
    """Version 1 in force, draft 2 with every field there is."""
    maria = make_staff("maria", "manager")
    make_service("hygiene-full", "therapy")
    make_doctor()
    make_tag()
    publish_preset()
    document = full_document()
    document["title"] = read_preset("dentistry")["title"]
    draft = create_draft(document=document, at=NOON, actor=maria)
    for pk, state in ((901, "DONE"), (902, "RUNNING"), (903, "FAILED")):
        store_run(pk, version=draft, state=state)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_the_program_break_no_accessibility_rule(open_page, versions, theme):
    page = open_page(theme=theme)
    log_in(page, "maria")

    violations = {}
    for address in PAGES:
        page.goto(address)
        found = Axe().run(page).response["violations"]
        violations[address] = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]

    assert violations == {address: [] for address in PAGES}


@pytest.mark.parametrize("width", [360, 1366])
def test_pages_of_the_program_never_scroll_sideways(open_page, versions, width):
    page = open_page(width=width, height=800)
    log_in(page, "maria")

    widths = {}
    for address in PAGES:
        page.goto(address)
        widths[address] = page.evaluate("document.documentElement.scrollWidth")

    assert widths == {address: width for address in PAGES}


def test_page_of_a_run_follows_it_by_itself(open_page, versions):
    page = open_page()
    log_in(page, "maria")
    page.goto("/admin/program/2/what-if/902/")

    WhatIfRun.objects.filter(pk=902).update(done=30_000)
    expect(page.locator(".run-state")).to_contain_text("Посчитано 66\u00a0%.")
    assert page.get_by_role("link", name="Обновить").count() == 0
    WhatIfRun.objects.filter(pk=902).update(state="DONE", result=WhatIfRun.objects.get(pk=901).result)

    expect(page.get_by_role("link", name="Скачать xlsx")).to_be_visible()


def test_only_the_fields_of_the_chosen_kind_are_shown(open_page, versions):
    page = open_page(has_scripts=False)
    log_in(page, "maria")
    page.goto("/admin/program/2/earning/new/")

    shown_before = page.get_by_label("Во сколько").is_visible()
    page.get_by_label("умножает баллы за процент").check()

    assert not shown_before
    expect(page.get_by_label("Во сколько")).to_be_visible()
    expect(page.get_by_label("Для всех")).to_be_hidden()
