"""A morning at the desk: ten patients in a row by keyboard alone."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from loyalty.models import Receipt, Refund, Standing
from patients.models import Patient, SpendCode
from patients.spend_codes import code_digits
from tests.browser.hands import Hands
from tests.browser.test_desk import active, anna, log_in, plain
from tests.programs import NOON, give_points, make_member
from tests.proofs import qr_of

__all__ = ["anna"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)


@pytest.fixture
def others(anna) -> dict[str, Patient]:
    """Those who come besides Anna; two phones end alike, one child has none."""
    long_ago = NOON - timedelta(days=100)
    people = {
        "boris": make_member("Борисов", "Борис", "+79160001111", at=long_ago),
        "galina": make_member("Галкина", "Галина", "+79160002222", at=long_ago),
        "dina": make_member("Динова", "Дина", "+79170002222", at=long_ago),
        "egor": make_member("Егоров", "Егор", None, at=long_ago),
        "zoya": make_member("Зоина", "Зоя", "+79160003333", at=long_ago),
    }
    give_points(people["zoya"], 700, at=long_ago)
    return people


def find(hands: Hands, text: str, name: str) -> None:
    hands.type(text, "Enter")
    expect(hands.page.locator(".strip h2")).to_contain_text(name)
    assert active(hands.page) == "entry"


def enter(hands: Hands, text: str, to_pay: str) -> None:
    hands.type(text, "Enter")
    pays(hands.page, to_pay)


def pays(page: Page, text: str) -> None:
    expect(page.locator(".to-pay dd")).to_have_text(text.replace(" ", "\u00a0"))


def confirm(hands: Hands, said: str) -> Receipt:
    """The desk is empty again for the next patient, and says what has happened."""
    before = Receipt.objects.count()
    hands.type("", "Control+Enter")
    expect(hands.page.locator(".result")).to_contain_text(said)
    assert Receipt.objects.count() == before + 1
    return Receipt.objects.latest("id")


def next_patient(hands: Hands) -> None:
    hands.type("", "F2")
    expect(hands.page.locator("#find")).to_be_focused()


def test_ten_patients_in_a_row(page, anna, others):
    log_in(page)
    hands = Hands(page)

    # 1. Anna by QR, as much with points as may be.
    hands.scan(qr_of(anna, now=datetime.now(UTC)))
    expect(page.locator(".strip")).to_contain_text("подтверждена по QR")
    enter(hands, "гигиена", "6 500 ₽")
    hands.type("", "F8", "F8")
    pays(page, "5 200 ₽")
    first = confirm(hands, "списано 1\u00a0300, начислено 468")

    # 2. Boris by phone, earns.
    next_patient(hands)
    find(hands, "89160001111", "Борисов Борис")
    enter(hands, "имплант", "42 000 ₽")
    confirm(hands, "начислено 2\u00a0100")

    # 3. Dina by the last digits, which are Galina's too.
    next_patient(hands)
    hands.type("2222", "Enter")
    expect(page.locator(".matches")).to_contain_text("Динова Дина")
    hands.type("", "ArrowDown", "ArrowDown", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Динова Дина")
    enter(hands, "1000", "1 000 ₽")
    confirm(hands, "начислено 50")

    # 4. Galina by her name in the other keyboard layout.
    next_patient(hands)
    find(hands, "ufkrbyf", "Галкина Галина")
    enter(hands, "2000", "2 000 ₽")
    confirm(hands, "начислено 100")

    # 5. A new patient.
    next_patient(hands)
    hands.type("89160009999", "Enter")
    expect(page.locator(".register")).to_contain_text("никого нет. Завести карту?")
    hands.type_fields("Новикова", "Нина", "", "")
    hands.type("", "Space", "Tab", "Space", "Enter")
    expect(page.locator(".strip h2")).to_contain_text("Новикова Нина")
    enter(hands, "гигиена", "6 500 ₽")
    confirm(hands, "начислено 325")

    # 6. A child without a phone.
    next_patient(hands)
    find(hands, "егоров", "Егоров Егор")
    enter(hands, "гигиена", "6 500 ₽")
    confirm(hands, "начислено 325")

    # 7. Zoya spends with a code by SMS.
    next_patient(hands)
    find(hands, "89160003333", "Зоина Зоя")
    enter(hands, "гигиена", "6 500 ₽")
    hands.type("", "F8")
    hands.type("", "F8")
    pays(page, "5 850 ₽")
    hands.type("", "F9")
    expect(page.locator(".proof")).to_contain_text("Код отправлен на •••33-33.")
    hands.type(code_digits(SpendCode.objects.get()), "Control+Enter")
    expect(page.locator(".result")).to_contain_text("списано 650")

    # 8. Boris gives his receipt back.
    next_patient(hands)
    find(hands, "1111", "Борисов Борис")
    hands.type("", "F4")
    expect(page.locator("#reason")).to_be_focused()
    hands.type("", "ArrowDown")
    expect(page.locator("#confirm")).to_be_visible()
    hands.type("", "Control+Enter")
    expect(page.locator(".result")).to_contain_text("Возврат по чеку")

    # 9. Anna doubts her balance: each operation says why.
    next_patient(hands)
    find(hands, "89161234567", "Иванова Анна")
    page.keyboard.press("Shift+Tab")
    walk_to(page, "Последние чеки")
    page.keyboard.press("Enter")
    walk_to(page, "История баллов", key="Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#points-history")).to_contain_text(f"Чек {first.pk}")
    shown = plain(page.locator("#points-history").inner_text())
    assert "−1 300" in shown
    assert "+468" in shown
    page.go_back()

    # 10. Boris once more, with the right service.
    next_patient(hands)
    find(hands, "борисов", "Борисов Борис")
    enter(hands, "1000", "1 000 ₽")
    confirm(hands, "начислено 50")

    balances = {
        each.patient.last_name: each.account.balance for each in Standing.objects.select_related("account")
    }
    assert balances == {
        "Иванова": 3450 - 1300 + 468, "Борисов": 50, "Динова": 50, "Галкина": 100, "Новикова": 325, "Егоров": 325,
        "Зоина": 700 - 650 + 292,
    }  # fmt: skip
    assert (Receipt.objects.count(), Refund.objects.count()) == (8, 1)


def walk_to(page: Page, text: str, *, key: str = "Shift+Tab") -> None:
    for _stop in range(15):
        if text in page.evaluate("document.activeElement.innerText"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"no way to {text}")
