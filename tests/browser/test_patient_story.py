"""From the link in a message to a reward used at the desk, without asking the reception anything."""

import re

import pytest
from playwright.sync_api import Page, expect

from clinics import clock
from clinics.calendar import add_months, local_date
from loyalty.models import Account, PrivilegeCode, Receipt
from patients.models import Patient, SourceChannel
from tests.browser.test_cabinet import PHONE, log_in
from tests.browser.test_desk import log_in as log_in_at_desk
from tests.browser.test_desk import plain
from tests.cabinet.sms import open_sms_box
from tests.people import make_clinic, make_rita, make_service
from tests.privileges.bought import make_privilege
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sms(monkeypatch):
    return open_sms_box(monkeypatch)


@pytest.fixture
def clinic(live_server):
    publish_preset()
    make_service("hygiene-full", "hygiene", 6500)
    make_rita()
    make_privilege(title="Гигиена −300 ₽", price=300, amount=300)
    SourceChannel.objects.create(code="pre-visit", name="СМС перед визитом", kind="PRE_VISIT")
    return make_clinic()


def register(page: Page, sms) -> None:
    page.goto("/c/pre-visit/")
    expect(page.locator("main")).to_contain_text("Сразу вы получите 250 баллов")
    page.get_by_label("Ваш телефон").fill("8 (916) 555-00-11")
    page.get_by_role("button", name="Получить код").click()
    page.get_by_label("Код из СМС").fill(sms.last_code)
    page.get_by_role("button", name="Дальше").click()
    page.get_by_label("Имя", exact=True).fill("Галина")
    page.get_by_label("Фамилия").fill("Зайцева")
    page.get_by_label("Согласен с правилами программы").check()
    page.get_by_label("Согласен на обработку моих персональных данных").check()
    page.get_by_role("button", name="Вступить").click()


def serve(desk: Page, scanned: str) -> str:
    """One receipt of 6 500 roubles by the keyboard; what the desk says of it."""
    desk.goto("/admin/desk/")
    desk.keyboard.type(scanned)
    desk.keyboard.press("Enter")
    expect(desk.locator(".strip")).to_contain_text("Зайцева Галина")
    desk.keyboard.type("6500")
    desk.keyboard.press("Enter")
    expect(desk.locator(".to-pay dd")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".result")).to_contain_text("проведён")
    return plain(desk.locator(".result").inner_text())


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_patient_comes_by_a_message_and_uses_a_reward_without_asking_anybody(open_page, sms, clinic, has_scripts):
    phone = open_page(**PHONE, has_scripts=has_scripts)
    register(phone, sms)
    last_day = add_months(local_date(clock.now(), clinic.tz), 24)
    expect(phone.locator(".points")).to_have_text("250")
    expect(phone.locator(".operations")).to_contain_text(f"Сгорит {last_day:%d.%m.%Y}, если не будет новых оплат.")

    phone.get_by_role("link", name="Показать карту").click()
    sheet = [phone.locator(place).inner_text() for place in (".sheet-number", ".sheet-code b")]
    desk = open_page()
    log_in_at_desk(desk)
    assert "начислено 325" in serve(desk, re.sub(r"\D", "", "".join(sheet)))
    phone.goto("/")
    expect(phone.locator(".points")).to_have_text("575")

    phone.get_by_role("link", name="Награды").click()
    phone.get_by_role("link", name="Выбрать").click()
    phone.get_by_role("button", name="Списать").click()
    code = phone.locator(".sheet-number").inner_text()
    assert "начислено 310" in serve(desk, code)
    phone.reload()

    expect(phone.locator("main")).to_contain_text("Использован")
    first, second = Receipt.objects.order_by("id")
    galina = Patient.objects.get()
    assert (first.identified_by, first.channel, galina.source) == ("QR", "pre-visit", "pre-visit")
    assert (second.paid, second.discount, second.points_earned) == (6200, 300, 310)
    assert Account.objects.get(patient=galina).balance == 250 + 325 - 300 + 310


def test_double_tap_reload_and_the_way_back_buy_one_code(open_page, sms, clinic):
    give_points(make_member(), 1000, at=NOON)
    phone = open_page(**PHONE)
    log_in(phone, sms)
    phone.get_by_role("link", name="Награды").click()
    phone.get_by_role("link", name="Выбрать").click()

    phone.get_by_role("button", name="Списать").dblclick()
    expect(phone.locator(".sheet-number")).to_be_visible()
    code = phone.locator(".sheet-number").inner_text()
    phone.reload()
    phone.go_back()

    expect(phone.locator("main")).to_contain_text(f"У вас уже есть неиспользованный код: {code}")
    assert (PrivilegeCode.objects.count(), Account.objects.get().balance) == (1, 250 + 1000 - 300)


def test_link_is_copied_and_said_aloud(open_page, sms, clinic):
    make_member()
    phone = open_page(**PHONE)
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(phone, sms)
    phone.get_by_role("link", name="Друзья").click()

    phone.get_by_role("button", name="Скопировать").click()

    expect(phone.get_by_role("status")).to_have_text("Ссылка скопирована.")
    link = phone.locator(".friend-link a").get_attribute("href")
    assert phone.evaluate("navigator.clipboard.readText()") == link
