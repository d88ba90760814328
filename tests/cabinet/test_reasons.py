"""The patient reads which promotion and rule counted, with numbers, and why others did not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from loyalty.nightly import night
from loyalty.refunds.refunding import RefundWish, refund_receipt
from tests.cabinet.pages import text_of
from tests.cabinet.test_home import home_of, pay, said, today
from tests.people import make_tag
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
__all__ = ["today"]
DAYS = {"first_day": "2026-01-01", "last_day": "2026-12-31"}


def rule(code, title, **fields):
    return {
        "code": code,
        "title": {"ru": title, "en": title},
        "effect": {"kind": "percent", "percent": 10},
        **fields,
    }


@pytest.fixture
def page(client: Client, sms, today):
    today(NOON)
    plain = rule("cashback", "Кешбэк", effect={"kind": "percent", "percent": 5})
    promotion = rule("autumn", "Осень", days=DAYS, rules_link="/rules/")
    night = rule("night", "Ночью", when={"hours": {"from": "22:00", "to": "24:00"}})
    nervous = rule("tagged", "Для тревожных", priority=1, when={"tags": ["nervous"], "patients": "regular"})
    publish_preset(
        has_welcome=False,
        earning={"rules": [plain, night, nervous]},
        discounts={"promotions": [promotion]},
    )
    anna = make_member()
    anna.tags.add(make_tag("nervous"))
    pay(anna, at=NOON, price_kopecks=100_000)
    return said(text_of(home_of(client, sms)))


def test_visit_says_what_came_off_and_what_was_given(page):
    assert "Осень: скидка 100 ₽. Кешбэк: 5 % от 900 ₽." in page


def test_visit_says_why_another_rule_did_not_apply(page):
    assert "Почему не больше Ночью: не действует. Действует с 22:00 до 24:00." in page


def test_rule_that_asks_for_a_tag_is_not_told(page):
    assert "Для тревожных" not in page


def test_gift_that_a_refund_has_undone_says_why(client, sms, today):
    today(NOON)
    gift = {
        "code": "loyal",
        "title": {"ru": "За верность", "en": "For loyalty"},
        "trigger": {"kind": "threshold", "roubles": 50_000, "months": 3},
        "points": 1_000,
    }
    publish_preset(has_welcome=False, gifts=[gift])
    anna = make_member()
    receipt = pay(anna, at=NOON, price_kopecks=5_000_000).receipt
    night.run_due_nights(at=NOON + timedelta(days=1))
    today(NOON + timedelta(days=2))
    rita = User.objects.get(username="rita")
    refund_receipt(RefundWish(receipt.pk, "all", "CANCELLED"), actor=rita, at=NOON + timedelta(days=2))

    page = said(text_of(home_of(client, sms)))

    why = "«За верность»: после возврата ваших оплат на этот подарок уже не хватает."
    assert f"Подарок отменён −1 000 24 ноября {why}" in page
