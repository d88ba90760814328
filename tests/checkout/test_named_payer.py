"""A named payer: the receipt is theirs to the point, and remembers whom the visit was for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from loyalty.checkout.confirming import ProofNeeded, confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft, read_ticket
from loyalty.checkout.member_state import NoAccount
from loyalty.checkout.payers import PayerRefused, WhyNotPayer
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger.audit import breaches
from loyalty.models import Receipt, Refund, Standing
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from notifications.models import OutboxMessage
from patients.models import Patient
from tests.desk.written import written
from tests.people import make_clinic, make_patient, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof, make_proof

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db):
    """The payer: gold, 3 450 points."""
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    return anna


@pytest.fixture
def boris(anna):
    """Treated: standard tier, 100 points of his own."""
    boris = make_member("Иванов", "Борис", "+79160000001", tier="standart", turnover=1000)
    give_points(boris, 100, at=NOON - timedelta(days=50))
    return boris


def draft_of(payer, treated, choice=None):
    """The picture's bill: hygiene 6 500 and an implant stage 42 000."""
    return ReceiptDraft(
        patient_id=payer.pk,
        treated_id=treated and treated.pk,
        clinic_code=make_clinic().code,
        lines=(
            DraftLine(price_kopecks=650_000, service_id=make_service("hygiene-full", "hygiene").pk),
            DraftLine(price_kopecks=4_200_000, service_id=make_service("implant-1", "implantation").pk),
        ),
        choice=choice or SpendChoice.none(),
        identified_by="PHONE",
    )


def state(patient):
    standing = Standing.objects.get(patient=patient)
    return standing.account.balance, standing.turnover, standing.visits


def test_payer_spends_earns_and_moves_up_and_the_treated_keep_what_they_have(anna, boris):
    quoted = quote_receipt(draft_of(anna, boris, SpendChoice.maximum()), at=NOON)

    receipt = confirm_with_proof(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON).receipt

    assert (receipt.patient, receipt.treated) == (anna, boris)
    assert (receipt.points_spent, receipt.paid, receipt.points_earned) == (1300, 47_200, 4248)  # gold: 20 %, 9 %
    assert state(anna) == (3450 - 1300 + 4248, 282_000 + 47_200, 1)
    assert state(boris) == (100, 1000, 0)
    assert set(OutboxMessage.objects.values_list("patient", flat=True)) == {anna.pk}
    assert list(breaches()) == []


def test_without_a_payer_the_treated_earn_by_their_own_tier(anna, boris):
    quoted = quote_receipt(draft_of(boris, None), at=NOON)

    receipt = confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON).receipt

    assert (receipt.patient, receipt.treated, receipt.points_earned) == (boris, None, 2425)  # 5 % of 48 500
    assert state(anna) == (3450, 282_000, 0)


def test_refund_gives_back_to_the_payer_alone(anna, boris):
    rita = make_rita()
    quoted = quote_receipt(draft_of(anna, boris, SpendChoice.maximum()), at=NOON)
    receipt = confirm_with_proof(quoted.token, clinic=make_clinic(), actor=rita, at=NOON).receipt

    refund_receipt(RefundWish(receipt_id=receipt.pk, key="k", reason=Refund.Reason.MISTAKE), actor=rita, at=NOON)

    assert state(anna)[0] == 3450
    assert state(boris)[0] == 100
    assert list(breaches()) == []


def test_consent_of_the_treated_does_not_spend_the_payers_points(anna, boris):
    clinic, rita = make_clinic(), make_rita()
    quoted = quote_receipt(draft_of(anna, boris, SpendChoice.maximum()), at=NOON)
    proof = make_proof(boris.pk, clinic=clinic, actor=rita, at=NOON)
    before = written()

    with pytest.raises(ProofNeeded):
        confirm_receipt(quoted.token, clinic=clinic, actor=rita, at=NOON, proof_id=proof.pk)

    assert written() == before


def test_receipt_paid_an_hour_ago_is_added_to_the_payers_card(anna, boris):
    late = replace(draft_of(anna, boris), paid_at=NOON - timedelta(hours=1))
    quoted = quote_receipt(late, at=NOON)

    receipt = confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON).receipt

    assert (receipt.patient, receipt.treated, receipt.points_earned) == (anna, boris, 4365)  # 9 % of 48 500
    assert receipt.paid_at == NOON - timedelta(hours=1)


def test_contact_may_be_treated_and_earns_nothing(anna):
    contact = make_patient("Зимин", "Глеб", "+79160000002", consents=())

    quoted = quote_receipt(draft_of(anna, contact), at=NOON)
    receipt = confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON).receipt

    assert (receipt.patient, receipt.treated, receipt.points_earned) == (anna, contact, 4365)
    assert not Standing.objects.filter(patient=contact).exists()


def refusal(payer, treated):
    before = written()
    with pytest.raises(PayerRefused) as refused:
        quote_receipt(draft_of(payer, treated), at=NOON)
    assert written() == before
    return refused.value.why


def test_nobody_pays_for_themselves(anna, boris):
    assert refusal(anna, anna) is WhyNotPayer.SAME_PERSON


def test_contact_with_an_account_is_no_payer(anna, boris):
    Patient.objects.filter(pk=boris.pk).update(status="CONTACT", joined_at=None)

    assert refusal(boris, anna) is WhyNotPayer.NOT_A_MEMBER


@pytest.mark.parametrize("gone", ["erased_at", "merged_into"])
def test_treated_person_who_is_gone_is_said(anna, boris, gone):
    Patient.objects.filter(pk=boris.pk).update(**{gone: NOON if gone == "erased_at" else anna.pk})

    assert refusal(anna, boris) is WhyNotPayer.TREATED_GONE


@pytest.mark.parametrize("gone", ["erased_at", "merged_into"])
def test_payer_who_is_gone_at_the_confirmation_pays_nothing(anna, boris, gone):
    quoted = quote_receipt(draft_of(anna, boris), at=NOON)
    Patient.objects.filter(pk=anna.pk).update(**{gone: NOON if gone == "erased_at" else boris.pk})
    rita, before = make_rita(), written()

    with pytest.raises(NoAccount):
        confirm_receipt(quoted.token, clinic=make_clinic(), actor=rita, at=NOON)

    assert written() == before


def test_treated_person_erased_after_the_quote_stops_the_confirmation(anna, boris):
    quoted = quote_receipt(draft_of(anna, boris), at=NOON)
    Patient.objects.filter(pk=boris.pk).update(erased_at=NOON)
    rita, before = make_rita(), written()

    with pytest.raises(PayerRefused):
        confirm_receipt(quoted.token, clinic=make_clinic(), actor=rita, at=NOON)

    assert written() == before


def test_quote_carries_whom_the_visit_was_for(anna, boris):
    draft = draft_of(anna, boris)

    assert read_ticket(quote_receipt(draft, at=NOON).token).draft == draft


def test_database_refuses_a_payer_who_is_the_treated(anna, boris):
    quoted = quote_receipt(draft_of(anna, boris), at=NOON)
    receipt = confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON).receipt

    with pytest.raises(IntegrityError, match="receipt_payer_is_another"), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(treated=anna)
