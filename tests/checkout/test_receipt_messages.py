"""What the patient reads after a receipt."""

import pytest
from django.utils.translation import override

from loyalty.checkout import confirm_receipt
from loyalty.quoting import quote_receipt
from loyalty.receipt_draft import DraftLine, ReceiptDraft
from loyalty.receipt_messages import compose_receipt_posted
from loyalty.rules.facts import SpendChoice
from notifications.models import OutboxMessage
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db


def test_message_names_what_was_spent_and_earned_and_the_balance_with_thousands_apart():
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 3450, at=NOON)
    service = make_service("hygiene-full", "hygiene", 48_500)
    draft = ReceiptDraft(
        patient_id=anna.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=4_850_000, service_id=service.pk),),
        choice=SpendChoice.amount(1301),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=NOON)
    confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON)

    with override("ru"):
        composed = compose_receipt_posted(OutboxMessage.objects.get(), NOON)

    text = composed.short.replace("\u00a0", " ")
    assert text == "Списан 1 301 балл. Начислено 4 247 баллов. Баланс: 6 396."
