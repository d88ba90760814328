"""The patient's card and its dialogs in a browser: readable by everybody, narrow or wide, light or dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.people import make_clinic, make_staff, make_tag, put_into_group
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)
DIALOGS = ("loyalty-card", "consents", "inviter", "give-points", "merge", "erase")


@pytest.fixture
def anna(live_server, monkeypatch):
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)
    publish_preset(has_welcome=False)
    anna = make_member(at=NOON, tier="gold", turnover=282_000)
    give_points(anna, 3450, at=NOON)
    anna.tags.add(make_tag())
    put_into_group(anna)
    make_staff("maria", "manager", clinics=[make_clinic()])
    return anna


def log_in(page):
    page.goto("/admin/patients/patient/")
    page.fill("input[name=username]", "maria")
    page.fill("input[name=password]", "clinic-pass-1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def url_of(patient, name):
    return reverse(f"admin:patients_patient_{name}", args=[patient.pk])


@pytest.mark.parametrize(("width", "theme"), [(1366, "dark"), (360, "light")])
def test_card_and_dialogs_break_no_accessibility_rule_and_never_scroll_sideways(open_page, anna, theme, width):
    double = make_member("Иванова", "Аня", "+79160000001", at=NOON)
    page = open_page(width=width, theme=theme)
    log_in(page)
    addresses = [url_of(anna, name) for name in ("change", *DIALOGS)]
    addresses.append(f"{url_of(anna, 'merge')}?other={double.pk}")

    found = {}
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("load")
        violations = Axe().run(page).response["violations"]
        broken = [(rule["id"], rule["nodes"][0]["html"]) for rule in violations]
        width_left = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[address] = (broken, width_left)

    assert found == dict.fromkeys(addresses, ([], 0))
    # The stock autocomplete tries to style its parts in place; the policy of the pages forbids it, rightly.
    open_page.faults[:] = [fault for fault in open_page.faults if "Applying inline style" not in fault]


def test_points_are_given_by_keyboard_and_a_double_click_gives_them_once(open_page, anna):
    page = open_page()
    log_in(page)
    page.goto(url_of(anna, "give-points"))
    page.fill("input[name=points]", "300")
    page.fill("input[name=comment]", "ждала полчаса")

    page.locator("input[name=move]").dblclick()

    expect(page.locator(".tiles")).to_contain_text("3\u00a0750")
