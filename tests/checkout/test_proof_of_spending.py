"""A receipt that spends needs a proof of its own; a refusal leaves no trace and the proof as it was."""

from datetime import timedelta

import pytest

from loyalty.checkout.confirming import ProofNeeded, QuoteExpired, confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.messages.spending import compose_spend_overridden
from loyalty.models import Receipt
from loyalty.rules.facts import SpendChoice
from notifications.models import OutboxMessage
from patients.models import SpendProof
from patients.spend_proofs import ProofRequest, prove_by_decision
from tests.desk.written import written
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import make_proof

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rita():
    return make_rita()


@pytest.fixture
def anna():
    publish_preset(has_welcome=False)
    anna = make_member()
    give_points(anna, 2000, at=NOON - timedelta(days=9))
    return anna


def token_for(patient, choice=None, *, clinic=None):
    line = DraftLine(price_kopecks=1_000_000, service_id=make_service("therapy", "therapy").pk)
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=(clinic or make_clinic()).code,
        lines=(line,),
        choice=choice or SpendChoice.maximum(),
        identified_by="PHONE",
    )
    return quote_receipt(draft, at=NOON).token


def refused(token, rita, **fields):
    with pytest.raises(ProofNeeded):
        confirm_receipt(token, **{"clinic": make_clinic(), "actor": rita, "at": NOON} | fields)


def test_spending_without_proof_is_refused_and_nothing_is_written(anna, rita):
    token = token_for(anna)
    before = written()

    refused(token, rita)

    assert written() == before


def test_receipt_keeps_how_the_consent_was_proved(anna, rita):
    proof = make_proof(anna.pk, clinic=make_clinic(), actor=rita, at=NOON)

    confirmed = confirm_receipt(token_for(anna), clinic=make_clinic(), actor=rita, at=NOON, proof_id=proof.pk)

    assert (confirmed.receipt.proven_by, confirmed.receipt.override_reason) == ("SMS", "")
    assert SpendProof.objects.get().used_at == NOON


def test_proof_serves_one_receipt_only(anna, rita):
    proof = make_proof(anna.pk, clinic=make_clinic(), actor=rita, at=NOON)
    tens = SpendChoice.amount(10)
    confirm_receipt(token_for(anna, tens), clinic=make_clinic(), actor=rita, at=NOON, proof_id=proof.pk)
    token = token_for(anna, tens)
    before = written()

    refused(token, rita, proof_id=proof.pk)

    assert written() == before


def test_proof_of_another_patient_is_refused_and_stays_unused(anna, rita):
    vera = make_member("Петрова", "Вера", "+79160000001")
    proof = make_proof(vera.pk, clinic=make_clinic(), actor=rita, at=NOON)

    refused(token_for(anna), rita, proof_id=proof.pk)

    assert SpendProof.objects.get().used_at is None
    assert Receipt.objects.count() == 0


def test_proof_taken_at_another_clinic_is_refused(anna, rita):
    proof = make_proof(anna.pk, clinic=make_clinic("omsk"), actor=rita, at=NOON)

    refused(token_for(anna), rita, proof_id=proof.pk)


def test_proof_older_than_fifteen_minutes_is_refused(anna, rita):
    proof = make_proof(anna.pk, clinic=make_clinic(), actor=rita, at=NOON - 16 * MINUTE)

    refused(token_for(anna), rita, proof_id=proof.pk)


def test_repeated_confirmation_gives_the_first_receipt_although_the_proof_is_used(anna, rita):
    proof = make_proof(anna.pk, clinic=make_clinic(), actor=rita, at=NOON)
    token = token_for(anna, SpendChoice.amount(10))
    confirm = {"clinic": make_clinic(), "actor": rita, "at": NOON, "proof_id": proof.pk}
    first = confirm_receipt(token, **confirm)

    second = confirm_receipt(token, **confirm)

    assert (second.receipt, second.is_duplicate) == (first.receipt, True)


def test_refused_quote_leaves_the_proof_for_the_fresh_one(anna, rita):
    proof = make_proof(anna.pk, clinic=make_clinic(), actor=rita, at=NOON)
    token = token_for(anna)

    with pytest.raises(QuoteExpired):
        confirm_receipt(token, clinic=make_clinic(), actor=rita, at=NOON + 11 * MINUTE, proof_id=proof.pk)

    assert SpendProof.objects.get().used_at is None


def test_receipt_that_only_earns_names_no_proof(anna, rita):
    proof = make_proof(anna.pk, clinic=make_clinic(), actor=rita, at=NOON)
    token = token_for(anna, SpendChoice.none())

    confirmed = confirm_receipt(token, clinic=make_clinic(), actor=rita, at=NOON, proof_id=proof.pk)

    assert confirmed.receipt.proven_by == ""
    assert SpendProof.objects.get().used_at == NOON


def test_patient_is_told_at_once_of_a_spending_without_a_code(anna, rita):
    clinic = make_clinic()
    clinic.phone = "+7 495 123-45-67"
    clinic.save(update_fields=["phone"])
    asked = ProofRequest(patient_id=anna.pk, clinic=clinic, actor=rita, at=NOON, now=NOON, key="quote")
    proof = prove_by_decision(reason="телефон разряжен", request=asked)

    confirm_receipt(token_for(anna), clinic=clinic, actor=rita, at=NOON, proof_id=proof.pk)

    notice = OutboxMessage.objects.get(event="spend.overridden")
    text = compose_spend_overridden(notice, NOON).short.replace("\u00a0", " ")
    assert notice.due_at == NOON
    assert text == "Списано 1 000 баллов без вашего кода. Это были не вы? Позвоните: +7 495 123-45-67"
