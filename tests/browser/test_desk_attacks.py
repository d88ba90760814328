"""What goes wrong at a desk while one works: two tabs, a lost answer, a failing server, a form sent once more."""

import pytest
from playwright.sync_api import Page, expect

from loyalty.models import Receipt, Standing
from tests.browser.test_desk import add, anna, at_desk, choose, give_code, log_in, open_anna, plain

__all__ = ["anna", "at_desk"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)


def quoted(page: Page) -> None:
    open_anna(page)
    add(page, "6500", 1)
    expect(page.locator(".to-pay")).to_contain_text("6\u00a0500")


def result(page: Page) -> str:
    expect(page.locator(".result")).to_be_visible()
    return plain(page.locator(".desk-page").inner_text())


def test_slower_of_two_tabs_sees_the_new_quote_and_posts_nothing(open_page, anna):
    """Both would spend all 3 450 points on a bill of 100 000; whoever comes first does."""
    quick, slow = open_page(), open_page()
    for page in (quick, slow):
        log_in(page)
        open_anna(page)
        add(page, "100000", 1)
        choose(page, "maximum", "96 550 ₽")
    give_code(quick, anna)
    quick.keyboard.press("Control+Enter")
    assert "проведён" in result(quick)

    slow.keyboard.press("Control+Enter")

    expect(slow.locator(".notice.warn").first).to_contain_text("Баланс изменился, пока вы считали.")
    expect(slow.locator(".balance b")).to_have_text("8\u00a0689")  # 9 % of 96 550, the tier of before
    expect(slow.locator(".to-pay dd")).to_have_text("91\u00a0311\u00a0₽")
    assert Receipt.objects.count() == 1
    assert [fault for fault in open_page.faults if "409" not in fault] == []
    open_page.faults.clear()


def test_slower_tab_is_stopped_though_its_sums_are_the_same(open_page, anna):
    """One visit on two tabs, nothing spent: the second receipt would be a second visit."""
    quick, slow = open_page(), open_page()
    for page in (quick, slow):
        log_in(page)
        quoted(page)
    quick.keyboard.press("Control+Enter")
    assert "проведён" in result(quick)

    slow.keyboard.press("Control+Enter")

    receipt = Receipt.objects.get()
    expect(slow.locator(".notice.warn").first).to_contain_text("Баланс изменился, пока вы считали.")
    expect(slow.locator(".notice.warn").last).to_contain_text(f"Тем временем проведён чек {receipt.pk}")
    expect(slow.locator(".balance b")).to_have_text("4\u00a0035")
    assert [fault for fault in open_page.faults if "409" not in fault] == []
    open_page.faults.clear()


def test_answer_lost_on_its_way_back_is_asked_for_again_and_the_receipt_is_one(at_desk: Page, open_page, anna):
    quoted(at_desk)
    answers = []

    def lose_the_first(route):
        answers.append(route.fetch())
        if len(answers) == 1:
            route.abort("connectionreset")
        else:
            route.fulfill(response=answers[-1])

    at_desk.route("**/admin/desk/confirm/", lose_the_first)
    at_desk.keyboard.press("Control+Enter")
    expect(at_desk.locator(".notice.error")).to_contain_text("Повторим, когда связь вернётся.")
    assert Receipt.objects.count() == 1  # posted, but the desk does not know it yet
    at_desk.unroute("**/admin/desk/confirm/")

    text = result(at_desk)

    assert f"Этот чек уже проведён: {Receipt.objects.get().pk}." in text
    assert Standing.objects.get(patient=anna).account.balance == 3450 + 585
    open_page.faults.clear()


def test_failing_server_keeps_the_form_and_the_repeat_posts_once(at_desk: Page, open_page):
    quoted(at_desk)
    at_desk.route("**/admin/desk/confirm/", lambda route: route.fulfill(status=502, body="bad gateway"))

    at_desk.keyboard.press("Control+Enter")
    expect(at_desk.locator(".notice.error")).to_contain_text("Нет связи с сервером. Чек не проведён.")
    assert at_desk.locator("input[name=line_price]").input_value() == "6500"
    assert Receipt.objects.count() == 0
    at_desk.unroute("**/admin/desk/confirm/")

    assert "проведён" in result(at_desk)
    assert Receipt.objects.count() == 1
    open_page.faults.clear()


def test_going_back_after_a_receipt_finds_the_patient_and_no_form_to_post_again(at_desk: Page):
    quoted(at_desk)
    at_desk.keyboard.press("Control+Enter")
    assert "проведён" in result(at_desk)

    at_desk.go_back()
    expect(at_desk.locator(".strip h2")).to_contain_text("Иванова Анна")
    at_desk.keyboard.press("Control+Enter")

    assert at_desk.locator("input[name=line_price]").count() == 0
    assert at_desk.locator("input[name=quote]").input_value() == ""
    assert Receipt.objects.count() == 1


def test_chosen_theme_stays_from_page_to_page(at_desk: Page):
    theme = "document.documentElement.dataset.theme"
    seen = [at_desk.evaluate(theme)]
    for _ in range(2):
        at_desk.locator("#user-tools .theme-toggle").click()
        seen.append(at_desk.evaluate(theme))
        at_desk.goto("/admin/patients/patient/")
        assert at_desk.evaluate(theme) == seen[-1]

    assert sorted(seen) == ["auto", "dark", "light"]
