"""The rules as a visitor with a phone reads them: nothing scrolls sideways, every page can be used by all."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.programs import NOON, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def program(live_server, monkeypatch):
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)
    publish_preset()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rules_break_no_accessibility_rule(open_page, theme):
    page = open_page(width=360, height=800, theme=theme)

    violations = {}
    for address in ("/rules/", "/rules/en/", "/rules/print/"):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        violations[address] = [(rule["id"], rule["nodes"][0]["html"]) for rule in found]

    assert violations == {"/rules/": [], "/rules/en/": [], "/rules/print/": []}


@pytest.mark.parametrize("width", [320, 1280])
def test_rules_never_scroll_sideways(open_page, width):
    page = open_page(width=width, height=800)

    widths = []
    for address in ("/rules/", "/rules/print/"):
        page.goto(address)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [width, width]


def test_visitor_changes_the_language_and_prints(open_page):
    page = open_page(width=360, height=800)
    page.goto("/rules/")

    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="For printing").click()
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print").click()

    assert page.title() == "printed"
    assert page.locator("h1").inner_text() == "Rules of the program"


def test_rules_are_read_and_printed_without_scripts(open_page):
    page = open_page(width=360, height=800, has_scripts=False)
    page.goto("/rules/print/")

    assert page.locator("li").first.inner_text() == "Новый участник получает 250 баллов."
    assert not page.locator("[data-print]").is_visible()
