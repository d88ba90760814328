"""The cabinet as an app in a real browser: the card opens without the internet, and goes when the session ends."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from patients.models import Card
from tests.browser.test_cabinet import PHONE, log_in
from tests.cabinet.sms import open_sms_box
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORED = "caches.open('card').then(cache => cache.keys()).then(keys => keys.map(key => new URL(key.url).pathname))"
# Playwright's own waiting takes a promise for the truth that it has not told yet.
WAIT_UNTIL_STORED = f"""async () => {{
    const until = Date.now() + 10_000;
    while (!navigator.serviceWorker.controller || (await {STORED}).length === 0) {{
        if (Date.now() > until) throw new Error("the card was never stored");
        await new Promise(done => setTimeout(done, 50));
    }}
}}"""
ALL_KEPT = (
    "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))"
    ".then(all => all.flat().map(key => new URL(key.url).pathname))"
)


@pytest.fixture
def sms(monkeypatch):
    return open_sms_box(monkeypatch)


@pytest.fixture
def page(open_page, live_server, sms):
    """Anna's home, once the worker stands and the card is stored."""
    publish_preset(has_welcome=False)
    give_points(make_member(), 3450, at=NOON - timedelta(days=9))
    page = open_page(**PHONE)
    log_in(page, sms)
    page.evaluate(WAIT_UNTIL_STORED)
    return page


def test_card_opens_without_internet_and_says_what_is_old(open_page, page):
    kept = page.evaluate(ALL_KEPT)
    page.context.set_offline(True)

    page.goto("/card/")

    expect(page.get_by_role("status")).to_contain_text("Нет интернета. Карта работает, баланс на")
    expect(page.locator(".sheet-number")).to_have_text(str(Card.objects.get()))
    assert page.locator(".qr svg").bounding_box()["width"] >= 240
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert sorted(kept) == [
        "/card/offline/",
        "/offline/",
        "/static/cabinet/cabinet.css",
        "/static/cabinet/icon.svg",
        "/static/cabinet/offline.js",
    ]
    # The browser complains of the cut connection by itself.
    open_page.faults[:] = [fault for fault in open_page.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_stored_card_is_forgotten_with_the_log_out(open_page, page):
    page.get_by_role("button", name="Выйти").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Вход в кабинет")
    assert page.evaluate(STORED) == []
    page.context.set_offline(True)

    page.goto("/card/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Нет интернета")
    open_page.faults[:] = [fault for fault in open_page.faults if "ERR_INTERNET_DISCONNECTED" not in fault]
