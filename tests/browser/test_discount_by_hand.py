"""A discount by hand in a real browser: a page of its own, and back to the receipt as it was."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.test_desk import anna, at_desk, log_in, open_anna, plain
from tests.programs import NOON, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["anna", "at_desk", "log_in"]


def test_receptionist_gives_three_percent_without_losing_the_receipt(at_desk):
    publish_preset(
        starts_at=NOON - timedelta(days=1),
        has_welcome=False,
        discounts={"manual": {"most_percent_by_role": {"receptionist": 3}}},
    )
    page = at_desk
    open_anna(page)
    page.keyboard.type("Гигиена")
    page.keyboard.press("Enter")

    page.get_by_role("button", name="Скидка по решению…").click()
    expect(page.locator("h1")).to_contain_text("Скидка по решению: Иванова Анна")
    page.fill("input[name=percent]", "3")
    page.fill("input[name=reason]", "Долго ждала врача")
    page.get_by_role("button", name="Дать или запросить").click()

    expect(page.locator(".to-pay")).to_contain_text("305")
    assert "Скидка −195 ₽" in plain(page.locator(".quote").inner_text())
    page.keyboard.press("Control+Enter")
    expect(page.locator(".result")).to_contain_text("проведён")
