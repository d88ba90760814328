"""The journal's page of one operation: why it was made, in words."""

import re

import pytest

from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import Operation
from loyalty.rules.facts import SpendChoice
from tests.people import make_clinic, make_rita, make_service, make_staff
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db
WHY = re.compile(r'field-why.*?class="readonly">(.*?)</div>', re.DOTALL)


def page_of(client, operation_id):
    client.force_login(make_staff("maria", "manager"))
    return client.get(f"/admin/loyalty/operation/{operation_id}/change/").content.decode()


def why(page):
    return WHY.search(page)[1].replace("\u00a0", " ")


def test_earning_names_its_receipt_and_its_rule_and_no_codes(client):
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    service = make_service("hygiene", "hygiene", 6500)
    draft = ReceiptDraft(
        patient_id=anna.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=650_000, service_id=service.pk),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=NOON)
    receipt = confirm_with_proof(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON).receipt

    page = page_of(client, receipt.earn_operation_id)

    assert why(page) == f"Чек {receipt.pk}. Кешбэк: 9 % от 6 500 ₽."
    assert "earnings" not in page
    assert Operation.objects.get(pk=receipt.earn_operation_id).key not in page


def test_points_without_a_program_and_a_comment_show_a_dash(client):
    publish_preset(has_welcome=False)
    anna = make_member()

    assert why(page_of(client, give_points(anna, 100, at=NOON))) == "—"
