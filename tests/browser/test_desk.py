"""The receptionist's day in a real browser: keyboard only, live quote, one receipt per confirmation."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from loyalty.models import Receipt, ReceiptLine, Refund, Standing
from tests.people import make_clinic, make_doctor, make_patient, make_rita, make_service, make_staff
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The machine of a test run may be busy: waiting longer costs nothing when nothing is wrong.
expect.set_options(timeout=20_000)


@pytest.fixture
def anna(live_server, monkeypatch):
    """Gold, 450 points to 27 November and 3 000 by the rolling date; two services; Rita at the desk."""
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    for code, category, name, price in (
        ("hygiene-full", "hygiene", "Гигиена", 6500),
        ("implant-1", "implantation", "Имплантация, этап 1", 42_000),
    ):
        service = make_service(code, category, price)
        service.name, service.category.name = name, name.split(",")[0]
        service.save(update_fields=["name"])
        service.category.save(update_fields=["name"])
    make_rita()
    return anna


@pytest.fixture
def at_desk(page, anna) -> Page:
    """Rita, logged in, at the empty desk."""
    log_in(page)
    return page


def log_in(page: Page, username: str = "rita") -> None:
    log_in_as(page, username)
    page.wait_for_url("**/admin/desk/")


def log_in_as(page: Page, username: str) -> None:
    """Whatever page the role lands on."""
    page.goto("/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", "clinic-pass-1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def sideways_scroll(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def active(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def open_anna(page: Page) -> None:
    page.keyboard.type("8 916 123-45-67")
    page.keyboard.press("Enter")
    expect(page.locator(".strip h2")).to_contain_text("Иванова Анна")


def add(page: Page, text: str, count: int) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator(".line")).to_have_count(count)


def enter_the_picture(page: Page) -> None:
    open_anna(page)
    add(page, "гигиена", 1)
    add(page, "имплант", 2)


def choose(page: Page, value: str, to_pay: str) -> None:
    page.locator(f"input[name=spend][value={value}]").check()
    expect(page.locator(".to-pay dd")).to_have_text(to_pay.replace(" ", "\u00a0"))


def give_code(page: Page, patient) -> None:
    """The patient reads the code off their card page, and it is typed in."""
    page.fill("#code", code_of(patient, now=datetime.now(UTC)))


def test_receptionist_finds_quotes_confirms_and_refunds_by_keyboard(at_desk: Page, anna):
    assert at_desk.url.endswith("/admin/desk/")
    assert active(at_desk) == "find"
    open_anna(at_desk)
    assert active(at_desk) == "entry"

    add(at_desk, "гигиена", 1)
    add(at_desk, "имплант", 2)
    assert active(at_desk) == "entry"
    choose(at_desk, "burning", "48 050 ₽")
    choose(at_desk, "maximum", "47 200 ₽")
    expect(at_desk.locator(".earned dd")).to_have_text("+4\u00a0248")
    give_code(at_desk, anna)
    at_desk.keyboard.press("Control+Enter")

    result = at_desk.locator(".result")
    expect(result).to_contain_text("проведён")
    receipt = Receipt.objects.get()
    assert f"✓ Чек {receipt.pk} проведён: списано 1 300, начислено 4 248. Баланс 6 398." in plain(
        result.inner_text()
    )
    assert active(at_desk) == "find"

    at_desk.get_by_role("link", name="Вернуть").click()
    at_desk.select_option("#reason", "CANCELLED")
    at_desk.get_by_role("button", name="Провести возврат").click()
    expect(result).to_contain_text("Возврат по чеку")
    assert "Баланс 3 450." in plain(result.inner_text())
    assert Refund.objects.get().receipt == receipt
    assert Standing.objects.get(patient=anna).account.balance == 3450


def test_confirmation_of_a_spending_with_its_proof_is_on_the_screen(at_desk: Page):
    """A usual laptop of a desk: 1366 by 768, nothing to scroll for."""
    at_desk.set_viewport_size({"width": 1366, "height": 768})
    enter_the_picture(at_desk)
    choose(at_desk, "maximum", "47 200 ₽")
    expect(at_desk.locator("#code")).to_be_visible()

    assert at_desk.evaluate("document.getElementById('confirm').getBoundingClientRect().bottom") <= 768


def test_new_person_of_an_unknown_phone_is_registered_without_scrolling(at_desk: Page):
    at_desk.set_viewport_size({"width": 1366, "height": 768})
    at_desk.keyboard.type("89160000001")
    at_desk.keyboard.press("Enter")
    button = at_desk.get_by_role("button", name="Завести")
    expect(button).to_be_visible()

    assert button.evaluate("button => button.getBoundingClientRect().bottom") <= 768


def test_next_service_is_typed_at_once_after_an_amount_with_its_category(at_desk: Page):
    open_anna(at_desk)
    at_desk.keyboard.type("5000")
    at_desk.keyboard.press("Tab")
    at_desk.keyboard.type("гиг")
    at_desk.keyboard.press("Enter")
    expect(at_desk.locator(".line")).to_have_count(1)

    assert active(at_desk) == "entry"


@pytest.mark.parametrize("hurry", ["double click", "double Ctrl+Enter"])
def test_hurried_confirmation_makes_one_receipt(at_desk: Page, hurry):
    enter_the_picture(at_desk)
    expect(at_desk.locator("#confirm")).to_be_visible()

    if hurry == "double click":
        at_desk.locator("#confirm").dblclick()
    else:
        at_desk.keyboard.press("Control+Enter")
        at_desk.keyboard.press("Control+Enter")

    expect(at_desk.locator(".result")).to_contain_text("проведён")
    assert Receipt.objects.count() == 1


def test_price_typed_over_is_quoted_live_and_the_field_keeps_the_focus(at_desk: Page):
    enter_the_picture(at_desk)

    price = at_desk.locator("input[name=line_price]").first
    price.fill("10000")
    expect(at_desk.locator(".to-pay dd")).to_have_text("52\u00a0000\u00a0₽")

    assert at_desk.evaluate("document.activeElement.name") == "line_price"
    assert price.input_value() == "10000"


def test_amount_above_the_cap_is_lowered_and_said_so(at_desk: Page):
    enter_the_picture(at_desk)

    at_desk.locator("input[name=spend_points]").fill("9000")

    expect(at_desk.locator(".note").first).to_be_visible()
    assert "Поставили 1 300" in plain(at_desk.locator(".quote").inner_text())


def test_cut_connection_keeps_the_form_and_the_repeat_posts_once(at_desk: Page, open_page):
    enter_the_picture(at_desk)
    at_desk.context.set_offline(True)
    at_desk.keyboard.press("Control+Enter")

    expect(at_desk.locator(".notice.error")).to_contain_text("Нет связи с сервером. Чек не проведён.")
    assert at_desk.locator("input[name=line_price]").count() == 2
    assert Receipt.objects.count() == 0

    at_desk.context.set_offline(False)
    expect(at_desk.locator(".result")).to_contain_text("проведён")
    assert Receipt.objects.count() == 1
    # The browser complains of the cut connection by itself.
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in open_page.faults)
    open_page.faults.clear()


def test_match_is_chosen_by_arrows_and_enter(at_desk: Page):
    make_patient("Иванова", "Мария", "+79160000002")
    at_desk.keyboard.type("иванова")
    at_desk.keyboard.press("Enter")
    expect(at_desk.locator(".matches a")).to_have_count(2)

    at_desk.locator("#find").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        at_desk.keyboard.press(key)

    expect(at_desk.locator(".strip h2")).to_contain_text("Иванова Мария")


def test_doctor_is_chosen_by_keyboard_and_goes_on_to_the_next_line(at_desk: Page, anna):
    make_doctor("antonov", "Антонов А. А.")
    make_doctor("yakovlev", "Яковлев Я. Я.")
    open_anna(at_desk)
    add(at_desk, "гигиена", 1)

    expect(at_desk.locator("#entry")).to_be_focused()
    at_desk.locator("select[name=line_doctor]").focus()
    at_desk.keyboard.press("ArrowDown")
    at_desk.keyboard.press("ArrowDown")
    expect(at_desk.locator("select[name=line_doctor] option[selected]")).to_have_text("Яковлев Я. Я.")
    expect(at_desk.locator("select[name=line_doctor]")).to_be_focused()
    at_desk.locator("#entry").focus()
    add(at_desk, "имплант", 2)
    choose(at_desk, "maximum", "47 200 ₽")
    give_code(at_desk, anna)
    at_desk.keyboard.press("Control+Enter")

    expect(at_desk.locator(".result")).to_contain_text("проведён")
    assert list(ReceiptLine.objects.values_list("doctor__code", flat=True)) == ["yakovlev", "yakovlev"]


def test_f2_brings_back_to_the_find_field(at_desk: Page):
    open_anna(at_desk)

    at_desk.keyboard.press("F2")

    assert active(at_desk) == "find"


def test_desk_fits_a_phone(open_page, anna):
    make_doctor("antonov", "Антонова-Овсеенко Александра Константиновна")
    page = open_page(width=360, height=800)
    log_in(page)
    widths = {"empty": sideways_scroll(page)}
    page.locator("#find").focus()
    enter_the_picture(page)
    choose(page, "maximum", "47 200 ₽")
    widths["quote"] = sideways_scroll(page)
    page.goto("/admin/desk/register/")
    widths["register"] = sideways_scroll(page)

    assert widths == {"empty": 0, "quote": 0, "register": 0}


def test_whole_road_works_without_scripts(open_page, anna):
    page = open_page(has_scripts=False)
    log_in(page)

    page.fill("#find", "+79161234567")
    page.press("#find", "Enter")
    page.fill("#entry", "6500")
    page.press("#entry", "Enter")
    page.locator("#confirm").click()

    expect(page.locator(".result")).to_contain_text("проведён")
    assert Receipt.objects.get().paid == 6500


def test_enter_adds_the_amount_and_uses_no_reward_code_of_the_strip(at_desk, anna):
    buy(anna, make_privilege())
    open_anna(at_desk)
    expect(at_desk.locator(".held")).to_contain_text("Скидка 1 000")

    add(at_desk, "6500", 1)

    expect(at_desk.locator(".to-pay dd")).to_have_text("6\u00a0500\u00a0₽")
    assert at_desk.locator(".reward").count() == 0


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (360, 800)])
def test_what_is_held_beside_points_has_its_place_and_says_nothing_while_there_is_nothing(
    open_page, anna, width, height
):
    page = open_page(width=width, height=height)
    log_in(page)
    page.locator("#find").focus()
    open_anna(page)
    empty = page.locator(".strip").bounding_box()
    assert page.locator(".held").count() == 0
    for number in range(4):
        buy(anna, make_privilege(price=100, title=f"Сертификат на чистку и осмотр {number}"), key=f"tap{number}")

    page.keyboard.press("F2")
    open_anna(page)

    rows = page.locator(".held li")
    expect(rows).to_have_count(4)
    strip = page.locator(".strip").bounding_box()
    assert (strip["x"], strip["width"]) == (empty["x"], empty["width"])
    last, lines = rows.nth(3).bounding_box(), page.locator(".lines").bounding_box()
    assert last["y"] + last["height"] <= strip["y"] + strip["height"] <= lines["y"]
    assert sideways_scroll(page) == 0
    if width == 1366:  # the quote stands beside, not below
        add(page, "гигиена", 1)
        expect(page.locator("#confirm")).to_be_in_viewport()


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_header_is_one_line_and_its_menus_open_by_key(open_page, anna, who):
    places = [make_clinic(), make_clinic("omsk", name="Стоматология на Ленинградском")]
    olga = make_staff("olga", "owner", clinics=places)
    User.objects.filter(pk=olga.pk).update(first_name="Александра", last_name="Константинопольская")
    page = open_page()
    log_in_as(page, who)

    page.goto("/admin/desk/")

    assert page.locator("#header").bounding_box()["height"] <= 60
    page.locator(".own-menu summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Выйти")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Выйти")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('.own-menu summary')")
