"""Reports in a browser: readable by everybody in both themes, narrow or wide, and whole on paper."""

import html
import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from loyalty.models import Goal, ReportFile, Review, ReviewPlatform, StaffBonusRate
from loyalty.reports.registry import all_reports
from tests.browser.test_admin_pages import WCAG
from tests.browser.test_desk import sideways_scroll
from tests.figures.shop import noon, person, sell
from tests.figures.test_reminders import remind
from tests.people import make_doctor, make_staff
from tests.programs import NOON, make_member, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAYS = "?first=2026-10-01&last=2026-11-30"
# Rules that depend on the theme and the width: the others have been asked before the page is turned.
LOOKS = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}}
# One page of each look: tiles, charts, heat, a long list, dashes, a table of measures, an error.
OF_EVERY_KIND = {"revenue", "cohorts", "receipts", "launch", "revenue/mail/", "receipts/personal/"}
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 760}
# A sheet of A4, lying, without its margins, in pixels of CSS.
SHEET = {"width": 1032, "height": 703}


@pytest.fixture
def shop(live_server):
    """Something in every report, and the owner, who may see all of them."""
    publish_preset(starts_at=noon(1), has_welcome=False)
    olga, rita = make_staff("olga", "owner"), make_staff("rita", "receptionist")
    petrov = make_doctor()
    anna, vera = make_member(tier="gold", at=noon(2), source="site"), person("Вера", phone="+79160000009")
    visits = ((anna, 5, 9), (anna, 6, 10), (vera, 20, 10), (anna, 7, 11), (vera, 8, 11), (vera, 9, 11))
    for who, day, month in visits:
        sell(who, noon(day, month), (1_234_567.50, 1_000, 500), doctors=[petrov], actor=rita, tier="gold")
    remind(vera, noon(6))
    # Rows of migrations are gone after the first test of this kind.
    place, _made = ReviewPlatform.objects.get_or_create(code="own", defaults={"name": "Кабинет"})
    Review.objects.create(patient=vera, clinic=vera.home_clinic, platform=place, stars=5, at=noon(10))
    Goal.objects.create(figure="REVENUE", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), target=4_000)
    StaffBonusRate.objects.create(from_month=date(2026, 10, 1), per_registration=50)
    return olga


@pytest.fixture
def waiting(shop):
    return ReportFile.objects.create(
        report="receipts", kind="csv", asked_by=shop, asked_at=NOON, total=90_000, done=30_000, state="RUNNING",
        claimed_by="worker", claimed_until=NOON + timedelta(days=900),
    )  # fmt: skip


def log_in(page, address):
    page.goto(f"/admin/login/?next={quote(address)}")
    page.fill("input[name=username]", "olga")
    page.fill("input[name=password]", "clinic-pass-1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def faults_of(page, options):
    return [
        (rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page, options=options).response["violations"]
    ]


def test_reports_break_no_accessibility_rule_in_either_theme_and_never_scroll_sideways(open_page, waiting):
    page = open_page()
    # A colour on its way from one theme to the other is neither.
    page.emulate_media(reduced_motion="reduce")
    log_in(page, "/admin/reports/")
    pages = [
        "", f"files/{waiting.pk}/", "receipts/personal/", "revenue/mail/",
        "receipts/?first=2026-11-02&last=2026-11-01", "sales/?first=2020-01-01&last=2020-01-02",
        *(f"{code}/{DAYS}" for code in all_reports()),
    ]  # fmt: skip
    found = {}
    for address in pages:
        page.goto(f"/admin/reports/{address}")
        found[address, "light"] = (faults_of(page, WCAG), 0)
        page.set_viewport_size(PHONE)
        is_looked_at = not address or address.partition("/?")[0] in OF_EVERY_KIND or address.startswith("files")
        page.emulate_media(color_scheme="dark")
        found[address, "dark"] = (faults_of(page, LOOKS) if is_looked_at else [], sideways_scroll(page))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(DESKTOP)

    assert {where: faults for where, faults in found.items() if faults != ([], 0)} == {}
    assert len(found) == 2 * len(pages)
    # A page that asks for wrong days or for days without receipts says so with its own status.
    open_page.faults[:] = [fault for fault in open_page.faults if "422" not in fault]


def test_report_is_printed_whole_without_anything_to_press(open_page, shop):
    page = open_page(theme="dark")
    log_in(page, f"/admin/reports/receipts/{DAYS}")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Печать").click()
    assert page.title() == "printed"

    page.set_viewport_size(SHEET)
    page.emulate_media(media="print", color_scheme="dark")

    for hidden in ("#header", ".breadcrumbs", ".report-filters", ".acts", "#footer"):
        expect(page.locator(hidden).first).to_be_hidden()
    for code in ("receipts", "revenue", "sales", "program_panel", "cohorts"):
        page.goto(f"/admin/reports/{code}/{DAYS}")
        sheet = page.evaluate(
            """() => ({
                wide: document.querySelector(".report-table table").scrollWidth > innerWidth || """
            """document.documentElement.scrollWidth > innerWidth,
                cut: getComputedStyle(document.querySelector(".report-table")).overflowX,
                ink: getComputedStyle(document.querySelector("td")).color})"""
        )
        assert sheet == {"wide": False, "cut": "visible", "ink": "rgb(0, 0, 0)"}, code


def money_of(text):
    return int("".join(char for char in text.partition(",")[0] if char.isdecimal()))


def cells_of(page, column):
    return page.locator(f".report-table tbody tr td:nth-child({column})").all_inner_texts()


def test_pressing_a_tile_lists_exactly_the_rows_that_make_it(open_page, shop):
    page = open_page()
    log_in(page, "/admin/reports/?first=2026-10-01&last=2026-11-30&compare=none")
    pressed = page.locator(".figure:has(.figure-value a)")
    codes = [one.get_attribute("id").removeprefix("figure-") for one in pressed.all()]
    texts = (text.replace("\xa0", " ") for text in page.locator(".figure-value a").all_inner_texts())
    told = dict(zip(codes, texts, strict=True))

    def press(code):
        page.goto("/admin/reports/?first=2026-10-01&last=2026-11-30&compare=none")
        page.locator(f"#figure-{code} .figure-value a").click()
        page.wait_for_url(lambda url: "/admin/reports/?" not in url)

    press("revenue")
    # Five receipts of the two months, each 1 234 567,50 less 1 000 and 500 of points.
    paid = [money_of(text) for text in cells_of(page, 10)]
    assert paid == [1_233_067] * 5
    assert told["revenue"] == "6 165 338 ₽"
    press("rpr")
    visits = [int(text) for text in cells_of(page, 7)]
    assert (told["rpr"], sorted(visits)) == ("100 %", [2, 3])
    press("effective_discount")
    page.locator(".report-table tbody a").first.click()
    page.wait_for_url("**/loyalty/receipt/*/change/")
    for code in codes:
        press(code)
        expect(page.locator(".report-table, .notice.empty").first).to_be_visible()


def test_chart_has_a_table_with_the_same_numbers(open_page, shop):
    page = open_page()
    log_in(page, f"/admin/reports/channels/{DAYS}")
    picture = page.locator(".report-chart img").first
    expect(picture).to_have_attribute("alt", re.compile("В таблице ниже те же числа"))
    svg = page.request.get(picture.get_attribute("src")).text()

    drawn = [html.unescape(text) for text in re.findall(r'<desc class="value">([^<]*)</desc>', svg)]

    # Drawn from below.
    assert [money_of(text) for text in reversed(drawn)] == [money_of(text) for text in cells_of(page, 5)]


def test_days_are_typed_without_choosing_them_first(open_page, shop):
    page = open_page()
    log_in(page, "/admin/reports/revenue/")
    page.fill("#id_first", "2026-11-01")
    page.fill("#id_last", "2026-11-30")
    expect(page.locator("#id_period")).to_have_value("days")
    page.get_by_role("button", name="Показать").click()
    expect(page.locator(".report-period")).to_contain_text("01.11.2026 – 30.11.2026")

    page.select_option("#id_period", "last_month")

    expect(page.locator("#id_first")).to_have_value("")
