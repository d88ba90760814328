"""A refund in slices in a real browser: by keyboard, with live sums, one refund per click, and without scripts."""

import pytest
from playwright.sync_api import Page, expect

from loyalty.models import Receipt, Refund
from tests.browser.test_desk import (
    active,
    anna,
    choose,
    enter_the_picture,
    give_code,
    log_in,
    plain,
    sideways_scroll,
)

__all__ = ["anna"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)


@pytest.fixture
def receipt(page, anna):
    """The desk's picture with the maximum spent, posted by Rita."""
    log_in(page)
    enter_the_picture(page)
    choose(page, "maximum", "47 200 ₽")
    give_code(page, anna)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".result")).to_contain_text("проведён")
    return Receipt.objects.get()


def open_refund(page: Page, receipt):
    page.goto(f"/admin/desk/refund/{receipt.pk}/")


def press(page: Page, *keys):
    for key in keys:
        page.keyboard.press(key)


def sums(page: Page):
    return plain(page.locator("#refund-sums").inner_text())


def test_one_line_is_refunded_by_keyboard_alone(page: Page, receipt):
    open_refund(page, receipt)
    assert active(page) == "reason"

    press(page, "Shift+Tab")  # to the choice of what to refund
    press(page, "ArrowDown")
    expect(page.locator("#refund-sums")).to_contain_text("Выберите, что возвращаем")
    press(page, "Tab", "Tab", "Space")  # the second line
    expect(page.locator("#refund-sums")).to_contain_text("42\u00a0000\u00a0₽")
    assert "Заберём начисленные Кешбэк: −3 780 −3 780" in sums(page).replace("\n", " ")
    press(page, "Tab", "ArrowDown")
    press(page, "Control+Enter")

    expect(page.locator(".result")).to_contain_text("Возврат по чеку")
    assert Refund.objects.get().money == 42_000


def test_f8_chooses_what_to_refund_and_f2_goes_back_to_the_desk(page: Page, receipt):
    open_refund(page, receipt)
    expect(page.locator("#reason")).to_be_focused()

    press(page, "F8")
    assert page.locator("input[name=scope]:checked").input_value() == "lines"
    press(page, "F2")

    expect(page.locator("#find")).to_be_focused()


def test_sums_follow_the_typing_and_the_field_keeps_focus_and_text(page: Page, receipt):
    open_refund(page, receipt)
    page.locator("input[value=line_amounts]").check()
    amount = page.locator("input[name=line_amount]").first

    amount.fill("7000")
    expect(page.locator("#line-error-1")).to_have_text("Осталось 6\u00a0500\u00a0₽. Введите не больше.")
    was_wrong = amount.get_attribute("aria-invalid")
    amount.press("Backspace")
    expect(page.locator("#refund-sums")).to_contain_text("Вернём деньгами")

    assert (was_wrong, amount.get_attribute("aria-invalid")) == ("true", None)
    assert (active(page), amount.input_value()) == ("line-amount-1", "700")
    expect(page.locator("#line-error-1")).to_be_hidden()


def test_enter_in_a_field_calculates_and_never_posts(page: Page, receipt):
    open_refund(page, receipt)
    page.select_option("#reason", "MISTAKE")
    page.locator("input[value=amount]").check()
    page.fill("#amount", "1000")

    page.press("#amount", "Enter")

    expect(page.locator("#refund-sums")).to_contain_text("47\u00a0500\u00a0₽")
    assert Refund.objects.count() == 0


def test_double_click_makes_one_refund(page: Page, receipt):
    open_refund(page, receipt)
    page.select_option("#reason", "MISTAKE")

    page.locator("#confirm").dblclick()

    expect(page.locator(".result")).to_contain_text("Возврат по чеку")
    assert Refund.objects.count() == 1


def test_cut_connection_is_said_and_the_sums_come_when_it_is_back(page: Page, receipt, open_page):
    open_refund(page, receipt)
    page.route("**/admin/desk/refund/**", lambda route: route.abort())
    page.locator("input[value=amount]").check()
    page.fill("#amount", "1000")
    expect(page.locator("#refund-notices")).to_contain_text("Нет связи с сервером. Возврат не проведён.")

    page.unroute("**/admin/desk/refund/**")

    expect(page.locator("#refund-sums")).to_contain_text("47\u00a0500\u00a0₽")
    expect(page.locator("#refund-notices")).to_have_text("")
    assert page.locator("#amount").input_value() == "1000"
    assert all("ERR_FAILED" in fault for fault in open_page.faults)
    open_page.faults.clear()


def test_slice_is_refunded_without_scripts(open_page, receipt):
    page = open_page(has_scripts=False)
    log_in(page)
    open_refund(page, receipt)
    page.locator("input[value=amount]").check()
    page.fill("#amount", "24250")
    page.get_by_role("button", name="Рассчитать").click()
    expect(page.locator("#refund-sums")).to_contain_text("23\u00a0600\u00a0₽")

    page.select_option("#reason", "QUALITY")
    page.get_by_role("button", name="Провести возврат").click()

    expect(page.locator(".result")).to_contain_text("Возврат по чеку")
    assert Refund.objects.get().money == 23_600


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_refund_page_fits_a_phone(open_page, receipt, theme):
    page = open_page(width=360, height=800, theme=theme)
    log_in(page)
    open_refund(page, receipt)
    widths = [sideways_scroll(page)]
    for scope in ("lines", "line_amounts", "amount"):
        page.locator(f"input[value={scope}]").check()
        widths.append(sideways_scroll(page))

    assert widths == [0, 0, 0, 0]
