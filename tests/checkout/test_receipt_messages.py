"""The message after a receipt speaks of what stands at sending."""

import pytest
from django.utils.translation import override

from loyalty.messages.receipts import compose_receipt_posted
from loyalty.refunds.refunding import refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import SpreadAmount
from notifications.models import OutboxMessage
from tests.checkout.test_refund import post, wish
from tests.people import make_rita
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt():
    publish_preset(has_welcome=False)
    return post(make_member(), make_rita(), SpendChoice.none(), ("therapy", 2_000_000))


def test_message_tells_what_was_earned_and_the_balance(receipt):
    with override("ru"):
        text = compose_receipt_posted(OutboxMessage.objects.get(), NOON).short

    assert text.replace("\u00a0", " ") == "Начислено 1 000 баллов. Баланс: 1 000."


def test_message_after_a_part_was_refunded_still_goes(receipt):
    refund_receipt(wish(receipt, portion=SpreadAmount(100_000)), actor=receipt.actor, at=NOON)

    assert compose_receipt_posted(OutboxMessage.objects.get(), NOON) is not None


def test_message_after_a_full_refund_is_not_sent(receipt):
    refund_receipt(wish(receipt), actor=receipt.actor, at=NOON)

    assert compose_receipt_posted(OutboxMessage.objects.get(), NOON) is None
