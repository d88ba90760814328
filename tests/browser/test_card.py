"""The card on a phone: renews by itself, white in the dark, and enough to earn without the internet."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from clinics.qr_codes import qr_svg
from patients.card_codes import qr_payload
from patients.models import Card
from tests.browser.test_cabinet import PHONE, log_in
from tests.cabinet.sms import open_sms_box
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sms(monkeypatch):
    return open_sms_box(monkeypatch)


@pytest.fixture
def anna(live_server):
    publish_preset(has_welcome=False)
    anna = make_member()
    give_points(anna, 3450, at=NOON - timedelta(days=9))
    return anna


def show_card(page: Page, sms) -> None:
    """One tap from home."""
    log_in(page, sms)
    page.get_by_role("link", name="Показать карту").click()
    expect(page.locator(".sheet-code b")).to_be_visible()


def show_live_card(page: Page, sms) -> None:
    """The same, once its script counts: a clock moved on before that would only make the script start late."""
    show_card(page, sms)
    expect(page.locator("[data-renew]")).to_be_hidden()


def seconds_left(page: Page) -> int:
    return int(page.locator("[data-left]").inner_text())


def test_code_renews_by_itself_when_its_minute_is_over(open_page, sms, anna):
    page = open_page(**PHONE)
    page.clock.install()
    show_live_card(page, sms)
    page.route("**/card/", lambda route: route.fulfill(body=renewed(route), content_type="text/html"))

    page.clock.fast_forward(60_000)

    expect(page.locator(".sheet-code b")).to_have_text("000 042")


def test_answer_that_was_long_on_its_way_does_not_make_the_code_look_young(open_page, sms, anna):
    page = open_page(**PHONE)
    page.clock.install()
    show_live_card(page, sms)
    answers = iter(["000 041", "000 042"])

    def answer(route):
        code = next(answers)
        if code == "000 041":
            page.clock.fast_forward(90_000)
        route.fulfill(body=renewed(route).replace("000 042", code), content_type="text/html")

    page.route("**/card/", answer)

    page.clock.fast_forward(60_000)

    expect(page.locator(".sheet-code b")).to_have_text("000 042")


def renewed(route) -> str:
    """The sheet as the server would draw it a minute later."""
    assert route.request.headers["x-card-fragment"] == "1"
    return '<section class="sheet" data-seconds="60"><p class="sheet-code"><b>000 042</b></p></section>'


def test_without_internet_the_number_alone_is_shown_and_the_code_comes_back(open_page, sms, anna):
    page = open_page(**PHONE)
    page.clock.install()
    show_live_card(page, sms)
    page.context.set_offline(True)

    page.clock.fast_forward(60_000)

    expect(page.locator(".sheet")).to_contain_text("Нет интернета.")
    assert page.locator(".sheet-code").count() == 0
    bare = qr_svg(qr_payload(Card.objects.get().number))
    assert page.locator(".qr path").last.get_attribute("d") == bare.split(' d="')[-1].split('"')[0]
    page.context.set_offline(False)
    page.clock.fast_forward(5_000)
    expect(page.locator(".sheet-code b")).to_be_visible()
    # The browser complains of the cut connection by itself.
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in open_page.faults)
    open_page.faults.clear()


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_qr_is_large_white_and_fits(open_page, sms, anna, width, theme):
    page = open_page(width=width, height=800, theme=theme)
    show_card(page, sms)

    code = page.locator(".qr svg").bounding_box()

    assert code["width"] >= 240
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_card_breaks_no_accessibility_rule(open_page, sms, anna, theme):
    page = open_page(**PHONE, theme=theme)
    show_card(page, sms)

    found = Axe().run(page).response["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_code_is_renewed_by_a_link_without_scripts(open_page, sms, anna):
    page = open_page(**PHONE, has_scripts=False)
    show_card(page, sms)

    page.get_by_role("link", name="Обновить код").click()

    assert 1 <= seconds_left(page) <= 60
