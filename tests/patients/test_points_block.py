"""The patient's card in the admin: what its history of points says of receipts, refunds and last days."""

from datetime import timedelta

import pytest

from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.enrolment import register_member
from loyalty.models import Refund
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from patients.admin.points_block import read_points_block
from patients.registration import NewPatient
from tests.people import make_clinic, make_rita, make_service
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    return anna


def pay(patient, *, points):
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=650_000, service_id=make_service("hygiene", "hygiene", 6500).pk),),
        choice=SpendChoice.amount(points),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=NOON)
    return confirm_with_proof(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON).receipt


def history(patient):
    return {row.points: row for row in read_points_block(patient=patient, at=NOON).history}


def test_spending_names_its_receipt(anna):
    receipt = pay(anna, points=500)

    assert history(anna)["−500"].why == f"Чек {receipt.pk}"


def test_earning_names_its_receipt_and_its_rule(anna):
    receipt = pay(anna, points=500)

    why = history(anna)["+540"].why.replace("\u00a0", " ")
    assert why == f"Чек {receipt.pk}. Кешбэк: 9 % от 6 000 ₽."


def test_points_spent_on_a_reward_name_it(anna):
    buy(anna, make_privilege())

    assert history(anna)["−1\u00a0000"].why == "Награда «Скидка 1 000 ₽»"


def test_welcome_gift_is_named():
    publish_preset()
    vera = register_member(
        NewPatient(last_name="Петрова", home_clinic=make_clinic(), consents=(("RULES", ""),)),
        at=NOON,
        consent_source="DESK",
        actor=make_rita(),
    )

    assert history(vera)["+250"].why == "За вступление"


def test_refund_names_the_receipt_it_is_for(anna):
    receipt = pay(anna, points=500)
    wish = RefundWish(receipt_id=receipt.pk, key="whole", reason=Refund.Reason.CANCELLED)
    refund_receipt(wish, actor=receipt.actor, at=NOON)

    rows = history(anna)

    assert rows["+500"].why == f"Возврат по чеку {receipt.pk}"
    assert rows["−540"].why == f"Возврат по чеку {receipt.pk}"
    assert rows["+540"].last_day == ""  # taken back: nothing of it is left to burn


def test_points_without_end_say_so(anna):
    give_points(anna, 120, never_burns=True, at=NOON)

    block = read_points_block(patient=anna, at=NOON)

    assert (block.burns[-1].points, block.burns[-1].text) == ("120", "не сгорают")
    assert history(anna)["+120"].last_day == "не сгорают"


def test_points_without_their_own_day_show_the_rolling_date(anna):
    pay(anna, points=500)

    assert history(anna)["+540"].last_day == "22.11.2028, если не будет новых оплат"
