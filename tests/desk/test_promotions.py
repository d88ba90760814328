"""Promotions come off by themselves and are called by their names; no form of the desk takes a sum for them."""

import pytest

from loyalty.models import LineDiscount, Receipt
from tests.desk.desk_pages import line, open_patient, quote, quote_and_confirm, text_of
from tests.people import make_service
from tests.programs import make_member, publish_preset

pytestmark = pytest.mark.django_db
AUTUMN = {
    "code": "autumn",
    "title": {"ru": "Осенняя чистка", "en": "Autumn cleaning"},
    "effect": {"kind": "percent", "percent": "15"},
    "when": {"categories": ["hygiene"]},
    "days": {"first_day": "2026-11-01", "last_day": "2026-11-30"},
    "rules_link": "/rules/",
}


@pytest.fixture
def who(client, rita):
    publish_preset(has_welcome=False, discounts={"promotions": [AUTUMN]})
    make_service("hygiene-full", "hygiene", 6500)
    make_service("filling", "therapy", 4000)
    make_member()
    return open_patient(client)


def test_promotion_is_named_with_its_sum_and_nobody_types_it(client, who):
    text = text_of(quote(client, who, [line("hygiene-full", "6500"), line("filling", "4000")]))

    assert "Сумма чека 10 500 ₽ Скидка −975 ₽" in text
    assert "Осенняя чистка: скидка 975 ₽." in text
    assert "К оплате 9 525 ₽" in text


def test_promotion_for_other_services_takes_nothing_off(client, who):
    text = text_of(quote(client, who, [line("filling", "4000")]))

    assert "Осенняя чистка: скидка" not in text
    assert "К оплате 4 000 ₽" in text


def test_sum_typed_by_hand_into_the_form_changes_no_discount(client, who):
    quote_and_confirm(
        client, who, [line("hygiene-full", "6500")], discount="6500", promotion="autumn", percent="90"
    )

    receipt = Receipt.objects.get()
    assert (receipt.price, receipt.discount, receipt.paid) == (6500, 975, 5525)
    assert list(LineDiscount.objects.values_list("promotion_code", "amount")) == [("autumn", 975)]
