"""All rooms of the cabinet in one log-in: accessible in both themes, narrow enough, nothing behind the bar."""

from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from loyalty.models import Privilege, PrivilegeCode
from tests.browser.test_cabinet import PHONE, log_in
from tests.cabinet.crawler import address_of, patterns
from tests.cabinet.sms import open_sms_box
from tests.cabinet.test_crawler import OWN
from tests.people import make_clinic
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Pages of nobody, or for a phone that is offline, and one that does not exist.
OTHER_PAGES = ("/left/", "/offline/", "/no/such/page/")
NOT_PAGES = {"cabinet_save_profile", "cabinet_save_messages", "cabinet_save_history", "cabinet_data_file"}
# A page zoomed to 200 % has half the width for itself.
SIZES = (
    ("narrow", {"width": 320, "height": 640}, "100%"),
    ("zoomed", {"width": 640, "height": 400}, "100%"),
    ("large letters", {"width": 360, "height": 800}, "200%"),
)
HIDDEN_BEHIND_BAR = """() => {
  const element = document.activeElement;
  const bar = document.querySelector(".bar");
  if (bar.contains(element)) return false;
  return element.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1;
}"""


@pytest.fixture
def page(open_page, live_server, monkeypatch):
    """Anna at home: gold, with points that burn soon."""
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)
    sms = open_sms_box(monkeypatch)
    publish_preset(has_welcome=False)
    clinic = make_clinic(address="Олимпийский пр., 29", phone="+7 495 123-45-67")
    anna = make_member(tier="gold", turnover=282_000, clinic=clinic)
    for number in range(31):
        give_points(anna, 100, at=NOON - timedelta(days=number), key=f"earned:{number}")
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON)
    buy(anna, make_privilege())
    page = open_page(**PHONE)
    log_in(page, sms)
    expect(page.locator(".points")).to_be_visible()
    return page


def rooms() -> list[str]:
    own = [address_of(pattern, {}) for pattern in patterns() if pattern.name in OWN - NOT_PAGES]
    reward, code = Privilege.objects.get().pk, PrivilegeCode.objects.get().pk
    return [*own, f"/rewards/{reward}/", f"/rewards/codes/{code}/", *OTHER_PAGES]


def faults_of(page) -> dict[tuple[str, ...], str]:
    """Accessibility rules that the page breaks in either theme, and whether it scrolls sideways."""
    faults = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for rule in Axe().run(page).response["violations"]:
            faults[page.url, theme, rule["id"]] = rule["nodes"][0]["html"]
    for name, size, letters in SIZES:
        page.set_viewport_size(size)
        page.evaluate("share => { document.documentElement.style.fontSize = share }", letters)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            faults[page.url, "scrolls", name] = str(width)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(PHONE)
    return faults


def test_every_room_is_accessible_in_both_themes_and_never_scrolls_sideways(open_page, page):
    faults = {}

    for address in rooms():
        page.goto(address)
        faults |= faults_of(page)

    # The browser complains by itself of the page that does not exist.
    open_page.faults[:] = [fault for fault in open_page.faults if "404" not in fault]
    assert faults == {}


def test_the_way_of_a_stranger_to_a_card_is_accessible_too(open_page, live_server, monkeypatch):
    sms = open_sms_box(monkeypatch)
    publish_preset()
    make_clinic()
    page = open_page(**PHONE)
    faults = {}

    page.goto("/login/")
    faults |= faults_of(page)
    page.goto("/join/")
    faults |= faults_of(page)
    page.locator("input[name=phone]").fill("8 916 000-00-09")
    page.keyboard.press("Enter")
    page.locator("input[name=code]").wait_for()
    faults |= faults_of(page)
    page.locator("input[name=code]").fill(sms.last_code)
    page.keyboard.press("Enter")
    page.locator("input[name=last_name]").wait_for()
    faults |= faults_of(page)

    assert page.url.endswith("/join/about/")
    assert faults == {}


def test_what_has_the_focus_is_never_behind_the_bar(page):
    page.goto("/settings/")
    page.locator("main a, main button, main input, main select").last.wait_for()
    count = page.locator("a, button, input:not([type=hidden]), select").count()
    hidden = []

    for _step in range(count):
        page.keyboard.press("Tab")
        if page.evaluate(HIDDEN_BEHIND_BAR):
            hidden.append(page.evaluate("document.activeElement.outerHTML"))

    assert hidden == []


def test_older_operations_are_added_below_the_newer_ones(page):
    page.goto("/history/")
    assert page.locator(".operations li").count() == 30

    page.get_by_role("link", name="Показать ещё").click()

    expect(page.locator(".operations li")).to_have_count(33)
    assert page.locator("h2").all_inner_texts() == ["Ноябрь 2026", "Октябрь 2026"]
    expect(page.get_by_role("link", name="Показать ещё")).to_have_count(0)
