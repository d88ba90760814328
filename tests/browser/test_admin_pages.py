"""The log-in, the index, the desk and the lists in a browser: readable by everybody, narrow or wide."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from loyalty.models import Receipt
from tests.browser.test_desk import anna, choose, enter_the_picture, give_code, sideways_scroll
from tests.people import make_clinic, make_staff

__all__ = ["anna"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)
PAGES = (
    "/admin/",
    "/admin/desk/register/",
    "/admin/patients/patient/?q=иванова",
    "/admin/loyalty/receipt/",
    "/admin/notifications/outboxmessage/",
    "/admin/clinics/auditevent/",
    "/admin/activity/staff/",
    "/admin/clinics/service/add/",
    "/admin/desk/refund/{receipt}/",
    "/admin/loyalty/receipt/{receipt}/change/",
    "/admin/desk/calls/",
    "/admin/desk/slip/{receipt}/",
    "/admin/import/",
    "/admin/import/patients/",
    "/admin/import/prices/",
    "/admin/patients/sourcechannel/",
    "/admin/activity/guide/",
    "/admin/activity/reviews/",
)

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def faults_of(page: Page) -> tuple[list[tuple[str, str]], int]:
    violations = Axe().run(page, options=WCAG).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in violations], sideways_scroll(page)


@pytest.mark.parametrize(("width", "theme"), [(1366, "dark"), (360, "light")])
def test_pages_of_work_break_no_accessibility_rule_and_never_scroll_sideways(open_page, anna, width, theme):
    make_staff("olga", "owner", clinics=[make_clinic()])
    page = open_page(width=width, theme=theme)
    found = {}
    page.goto("/admin/login/?next=/admin/desk/")
    found["log-in"] = faults_of(page)
    page.fill("input[name=username]", "olga")
    page.fill("input[name=password]", "clinic-pass-1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    found["desk"] = faults_of(page)
    enter_the_picture(page)
    choose(page, "maximum", "47 200 ₽")
    found["quote"] = faults_of(page)
    give_code(page, anna)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".result")).to_contain_text("проведён")
    found["result"] = faults_of(page)

    for address in PAGES:
        page.goto(address.format(receipt=Receipt.objects.get().pk))
        page.wait_for_load_state("load")
        found[address] = faults_of(page)

    page.goto("/admin/")
    for menu in page.locator("#header details.menu > summary").all():
        menu.click()
        found[f"menu {menu.inner_text()}"] = faults_of(page)

    assert found == dict.fromkeys(found, ([], 0))
    # Stock jQuery tries out what the browser can do by a style in place; the policy of the pages forbids it.
    open_page.faults[:] = [fault for fault in open_page.faults if "Applying inline style" not in fault]
