"""One field finds anybody, in a real browser: spellings, the list by arrows, the phone that stays hidden."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from clinics.models import AuditEvent
from loyalty.models import Receipt
from tests.browser.test_desk import active, add, anna, at_desk, enter_the_picture, plain, sideways_scroll
from tests.people import make_patient

__all__ = ["anna", "at_desk"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)
MOST_STOPS = 12


def find(page: Page, text: str) -> None:
    page.keyboard.press("F2")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_any_spelling_finds_the_same_patient(at_desk: Page):
    for typed in (
        "+7 916 123-45-67", "89161234567", "9161234567", "916 123 45 67", "4567",
        "иванова", "ИВАНОВА", "Иванова Ан", "Анна Иванова", "bdfyjdf",
    ):  # fmt: skip
        at_desk.goto("/admin/desk/")
        find(at_desk, typed)
        expect(at_desk.locator(".strip h2"), typed).to_contain_text("Иванова Анна")
        assert active(at_desk) == "entry"
    expect(at_desk.locator(".notice.ok")).to_have_text("Раскладка была английской, мы исправили.")


def test_last_digits_list_all_and_arrows_choose_one(at_desk: Page):
    make_patient("Петрова", "Вера", "+79160004567", birth_date=date(1990, 6, 10))
    find(at_desk, "4567")
    rows = at_desk.locator(".matches a")
    expect(rows).to_have_count(2)
    assert plain(rows.nth(1).inner_text()) == "Петрова Вера •••45-67 1990 Мытищи"
    assert active(at_desk) == "find"

    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown", "Enter"):
        at_desk.keyboard.press(key)

    expect(at_desk.locator(".strip h2")).to_contain_text("Петрова Вера")


def test_text_that_found_nobody_is_typed_over(at_desk: Page):
    find(at_desk, "Кузнецов")
    expect(at_desk.locator(".notice")).to_have_text("Ничего не нашли. Проверьте фамилию или введите телефон.")

    at_desk.keyboard.type("4567")
    at_desk.keyboard.press("Enter")

    expect(at_desk.locator(".strip h2")).to_contain_text("Иванова Анна")


def test_phone_is_in_no_page_until_it_is_shown_and_showing_is_logged(at_desk: Page, anna):
    make_patient("Петрова", "Вера", "+79160004567")
    pages = []
    for typed in ("4567", "иванова", "+79161234567"):
        find(at_desk, typed)
        expect(at_desk.locator(".matches, .strip")).to_be_visible()
        pages.append(at_desk.content() + at_desk.url)
        at_desk.goto("/admin/desk/")
    find(at_desk, "иванова")
    at_desk.get_by_role("button", name="показать").click()

    expect(at_desk.locator(".strip")).to_contain_text("+7 916 123-45-67")
    assert not any(digits in page for page in pages for digits in ("9161234567", "123-45-67", "9160004567"))
    event = AuditEvent.objects.get(code="patient.phone_revealed")
    assert (event.actor.username, event.target_id) == ("rita", str(anna.pk))


def test_form_comes_back_filled_after_a_new_log_in(at_desk: Page):
    enter_the_picture(at_desk)
    at_desk.locator("input[name=line_price]").first.fill("7000")
    expect(at_desk.locator(".to-pay dd")).to_have_text("49\u00a0000\u00a0₽")
    at_desk.context.clear_cookies(name="sessionid")

    at_desk.keyboard.press("Control+Enter")
    at_desk.wait_for_url("**/admin/login/**")
    at_desk.fill("input[name=username]", "rita")
    at_desk.fill("input[name=password]", "clinic-pass-1")
    at_desk.keyboard.press("Enter")

    expect(at_desk.locator(".notices")).to_contain_text(
        "Сеанс закончился. Форма осталась заполненной: нажмите «Рассчитать»."
    )
    prices = at_desk.locator("input[name=line_price]")
    assert [price.input_value() for price in prices.all()] == ["7000", "42000"]
    assert Receipt.objects.count() == 0
    at_desk.keyboard.press("Control+Enter")
    expect(at_desk.locator(".to-pay dd")).to_have_text("49\u00a0000\u00a0₽")
    at_desk.keyboard.press("Control+Enter")
    expect(at_desk.locator(".result")).to_contain_text("проведён")
    assert Receipt.objects.get().price == 49_000


def test_registration_comes_back_filled_after_a_new_log_in(at_desk: Page):
    at_desk.goto("/admin/desk/register/")
    for name, text in (("phone", "8 916 000-00-05"), ("last_name", "Новая"), ("first_name", "Нина")):
        at_desk.fill(f"input[name={name}]", text)
    at_desk.check("input[name=rules]")
    at_desk.context.clear_cookies(name="sessionid")

    at_desk.keyboard.press("Enter")
    at_desk.wait_for_url("**/admin/login/**")
    assert "916" not in at_desk.url
    at_desk.fill("input[name=username]", "rita")
    at_desk.fill("input[name=password]", "clinic-pass-1")
    at_desk.keyboard.press("Enter")

    expect(at_desk.locator(".register .notice")).to_have_text(
        "Сеанс закончился. Форма осталась заполненной: проверьте её и заведите пациента."
    )
    assert at_desk.input_value("input[name=last_name]") == "Новая"
    assert at_desk.is_checked("input[name=rules]")
    at_desk.check("input[name=personal_data]")
    at_desk.get_by_role("button", name="Завести").click()
    expect(at_desk.locator(".strip h2")).to_contain_text("Новая Нина")
    assert at_desk.evaluate("sessionStorage.getItem('kept-registration')") is None


def test_empty_registration_sent_back_speaks_of_its_faults_and_of_no_session(at_desk: Page, open_page):
    at_desk.goto("/admin/desk/register/")
    at_desk.keyboard.press("Enter")

    expect(at_desk.locator(".register")).to_contain_text("Введите телефон. Если его нет, отметьте это ниже.")
    assert at_desk.locator(".register .notice").count() == 0
    open_page.faults.clear()  # the refusal's own 422


def test_tab_leads_from_the_field_to_the_confirmation_in_few_visible_stops(at_desk: Page):
    find(at_desk, "4567")
    expect(at_desk.locator(".strip h2")).to_contain_text("Иванова Анна")
    add(at_desk, "гигиена", 1)
    expect(at_desk.locator("#confirm")).to_be_visible()
    at_desk.locator("#find").focus()

    stops, rings = [], []
    kinds = ("find", "entry", "spend", "confirm")
    while not stops or stops[-1] != "confirm":
        at_desk.keyboard.press("Tab")
        stop, ring = at_desk.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
                 return [e.id || e.name || e.className || e.tagName, s.outlineStyle + " " + s.outlineWidth]; }"""
        )
        stops.append(stop)
        rings.append(ring)
        assert len(stops) <= MOST_STOPS + 10, stops

    assert len(stops) <= MOST_STOPS, stops
    assert [stop for stop in ("find", *stops) if stop in kinds] == list(kinds), stops
    assert all(ring == "solid 3px" for ring in rings), list(zip(stops, rings, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_states_of_finding_fit_a_phone(open_page, anna, theme):
    page = open_page(width=360, height=800, theme=theme)
    page.goto("/admin/")
    page.fill("input[name=username]", "rita")
    page.fill("input[name=password]", "clinic-pass-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/desk/")
    make_patient("Петрова-Водкина-Кузнецова", "Александра", "+79160004567", birth_date=date(1990, 6, 10))
    widths = {}
    for typed in ("4567", "+79160000001", "1234 5671", "Кузнецов"):
        find(page, typed)
        expect(page.locator(".matches, .notice, .register").first).to_be_visible()
        widths[typed] = sideways_scroll(page)

    assert set(widths.values()) == {0}, widths
