"""Consent to spend: every code once, for one patient at one clinic; five wrong ones close the rest."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinics.models import AuditEvent
from patients.card_codes import qr_payload
from patients.models import SpendCode, SpendGuard, SpendProof
from patients.spend_codes import TooManyCodes, code_digits, new_spend_code
from patients.spend_guard import CodesBlocked
from patients.spend_proofs import (
    CodeRefused,
    ProofRequest,
    Refusal,
    prove_by_code,
    prove_by_decision,
    use_proof,
)
from tests.people import make_clinic, make_patient, make_rita
from tests.programs import NOON
from tests.proofs import code_of, wrong

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def anna():
    return make_patient()


@pytest.fixture
def vera():
    return make_patient("Петрова", "Вера", "+79160000001")


@pytest.fixture
def rita():
    return make_rita()


@pytest.fixture
def ask(anna, rita):
    """A request for Anna's consent at noon; fields of it may be changed."""

    def request(**fields):
        usual = {"patient_id": anna.pk, "clinic": make_clinic(), "actor": rita, "at": NOON, "now": NOON}
        return ProofRequest(**usual | {"key": "quote"} | fields)

    return request


def send_code(patient, rita, *, clinic=None, now=NOON):
    return new_spend_code(patient_id=patient.pk, clinic=clinic or make_clinic(), actor=rita, now=now)


def refusal_of(typed, request):
    with pytest.raises(CodeRefused) as refused:
        prove_by_code(typed, request=request)
    return refused.value.why


def test_code_of_the_card_page_is_a_proof_for_patient_and_clinic(anna, rita, ask):
    proof = prove_by_code(code_of(anna, now=NOON), request=ask())

    assert (proof.patient_id, proof.clinic.code, proof.way, proof.actor, proof.at, proof.used_at) == (
        anna.pk, "mytishchi", "CARD_CODE", rita, NOON, None,
    )  # fmt: skip


def test_scanned_qr_is_a_proof_of_its_own_kind(anna, ask):
    payload = qr_payload(anna.cards.get().number, code_of(anna, now=NOON))

    assert prove_by_code(payload, request=ask()).way == "QR"


@pytest.mark.parametrize("minutes", [-1, 1])
def test_clock_that_is_a_step_off_is_forgiven(anna, ask, minutes):
    proof = prove_by_code(code_of(anna, now=NOON), request=ask(now=NOON + minutes * MINUTE))

    assert proof.way == "CARD_CODE"


def test_late_code_is_told_from_a_wrong_one_and_costs_no_try(anna, ask):
    assert refusal_of(code_of(anna, now=NOON), ask(now=NOON + 2 * MINUTE)) is Refusal.LATE
    assert (SpendProof.objects.count(), SpendGuard.objects.get().wrong_tries) == (0, 0)


def test_used_code_is_refused_the_second_time(anna, ask):
    prove_by_code(code_of(anna, now=NOON), request=ask())

    assert refusal_of(code_of(anna, now=NOON), ask(key="another quote")) is Refusal.USED
    assert SpendProof.objects.count() == 1


def test_older_code_is_refused_once_a_newer_one_has_been_used(anna, ask):
    prove_by_code(code_of(anna, now=NOON), request=ask())

    assert refusal_of(code_of(anna, now=NOON - MINUTE), ask(key="another quote")) is Refusal.USED


def test_request_repeated_with_its_key_gets_the_same_proof(anna, ask):
    first = prove_by_code(code_of(anna, now=NOON), request=ask())

    assert prove_by_code(code_of(anna, now=NOON), request=ask()) == first
    assert SpendProof.objects.count() == 1


def test_repeat_at_another_clinic_gets_nothing(anna, ask):
    prove_by_code(code_of(anna, now=NOON), request=ask())

    assert refusal_of(code_of(anna, now=NOON), ask(clinic=make_clinic("omsk"))) is Refusal.USED


def test_database_refuses_a_second_proof_by_one_code(anna, ask):
    proof = prove_by_code(code_of(anna, now=NOON), request=ask())

    with pytest.raises(IntegrityError), transaction.atomic():
        SpendProof.objects.create(
            patient=anna, clinic=proof.clinic, way="QR", actor=proof.actor, at=NOON, card_step=proof.card_step
        )


def test_code_of_another_patient_is_wrong(anna, vera, ask):
    assert refusal_of(code_of(vera, now=NOON), ask()) is Refusal.WRONG


def test_qr_of_another_patient_is_said_so_and_costs_no_try(anna, vera, ask):
    payload = qr_payload(vera.cards.get().number, code_of(vera, now=NOON))

    assert refusal_of(payload, ask()) is Refusal.OTHER_CARD
    assert SpendGuard.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("12345", Refusal.UNREADABLE),
        ("", Refusal.UNREADABLE),
        ("карта", Refusal.UNREADABLE),
        (None, Refusal.BARE_CARD),
    ],
)
def test_what_is_no_code_costs_no_try(anna, ask, typed, why):
    assert refusal_of(typed if typed is not None else anna.cards.get().number, ask()) is why
    assert SpendGuard.objects.count() == 0


def test_wrong_codes_count_down_and_the_fifth_closes_for_a_quarter_of_an_hour(anna, ask):
    left = []
    for _try in range(4):
        with pytest.raises(CodeRefused) as refused:
            prove_by_code(wrong(code_of(anna, now=NOON)), request=ask())
        left.append(refused.value.tries_left)
    with pytest.raises(CodesBlocked) as blocked:
        prove_by_code(wrong(code_of(anna, now=NOON)), request=ask())

    assert left == [4, 3, 2, 1]
    assert blocked.value.until == NOON + 15 * MINUTE
    assert AuditEvent.objects.get().code == "spending.codes_blocked"
    assert SpendProof.objects.count() == 0


def block(anna, ask):
    for _try in range(4):
        refusal_of(wrong(code_of(anna, now=NOON)), ask())
    with pytest.raises(CodesBlocked):
        prove_by_code(wrong(code_of(anna, now=NOON)), request=ask())


def test_right_code_is_not_looked_at_while_the_patient_is_blocked(anna, rita, ask):
    block(anna, ask)
    last_second = NOON + 15 * MINUTE - SECOND

    with pytest.raises(CodesBlocked):
        prove_by_code(code_of(anna, now=last_second), request=ask(now=last_second))
    with pytest.raises(CodesBlocked):
        send_code(anna, rita, now=last_second)

    assert (SpendProof.objects.count(), SpendCode.objects.count()) == (0, 0)


def test_block_ends_after_fifteen_minutes_with_all_five_tries(anna, ask):
    block(anna, ask)
    later = NOON + 15 * MINUTE

    with pytest.raises(CodeRefused) as refused:
        prove_by_code(wrong(code_of(anna, now=later)), request=ask(now=later))

    assert refused.value.tries_left == 4
    assert prove_by_code(code_of(anna, now=later), request=ask(now=later)).way == "CARD_CODE"


def test_block_of_one_patient_leaves_the_others_alone(anna, vera, ask):
    block(anna, ask)

    assert prove_by_code(code_of(vera, now=NOON), request=ask(patient_id=vera.pk)).patient == vera


def test_right_code_forgets_the_wrong_ones_before_it(anna, ask):
    for _try in range(4):
        refusal_of(wrong(code_of(anna, now=NOON)), ask())

    prove_by_code(code_of(anna, now=NOON), request=ask())

    assert SpendGuard.objects.get().wrong_tries == 0


def test_wrong_codes_of_both_kinds_are_counted_together(anna, rita, ask):
    digits = code_digits(send_code(anna, rita))
    for typed in (wrong(code_of(anna, now=NOON)), wrong(digits), wrong(code_of(anna, now=NOON)), wrong(digits)):
        refusal_of(typed, ask())

    with pytest.raises(CodesBlocked):
        prove_by_code(wrong(digits), request=ask())


def test_code_of_an_sms_is_a_proof_once(anna, rita, ask):
    digits = code_digits(send_code(anna, rita))

    proof = prove_by_code(digits, request=ask())

    assert (len(digits), proof.way) == (4, "SMS")
    assert prove_by_code(digits, request=ask()) == proof
    assert refusal_of(digits, ask(key="another quote")) is Refusal.USED
    assert SpendProof.objects.count() == 1


def test_code_of_an_sms_lives_ten_minutes(anna, rita, ask):
    digits = code_digits(send_code(anna, rita))

    assert refusal_of(digits, ask(now=NOON + 10 * MINUTE)) is Refusal.LATE
    assert prove_by_code(digits, request=ask(now=NOON + 10 * MINUTE - SECOND)).way == "SMS"


def test_new_sms_ends_the_code_before_it(anna, rita, ask):
    older = send_code(anna, rita)
    newer = send_code(anna, rita, now=NOON + MINUTE)
    later = ask(now=NOON + MINUTE)

    assert refusal_of(code_digits(older), later) is Refusal.WRONG
    assert prove_by_code(code_digits(newer), request=later).way == "SMS"


def test_code_of_an_sms_is_good_at_its_own_clinic_only(anna, rita, ask):
    digits = code_digits(send_code(anna, rita))

    assert refusal_of(digits, ask(clinic=make_clinic("omsk"))) is Refusal.WRONG


def test_code_of_another_patients_sms_is_wrong(anna, vera, rita, ask):
    digits = code_digits(send_code(vera, rita))

    assert refusal_of(digits, ask()) is Refusal.WRONG


def test_no_table_holds_the_digits(anna, rita):
    code = send_code(anna, rita)

    fields = {str(value) for value in SpendCode.objects.filter(pk=code.pk).values_list()[0]}

    assert code_digits(code) not in fields


@pytest.mark.parametrize(
    ("sent", "asked", "next_at"),
    [
        ([0], 0.5, 1),
        ([0, 1, 2, 3, 4], 14, 15),
        ([hour * 60 for hour in range(15)], 15 * 60, 24 * 60),
    ],
    ids=["a minute apart", "five in a quarter of an hour", "fifteen a day"],
)
def test_codes_are_sent_at_a_pace(anna, rita, sent, asked, next_at):
    for minute in sent:
        send_code(anna, rita, now=NOON + minute * MINUTE)

    with pytest.raises(TooManyCodes) as refused:
        send_code(anna, rita, now=NOON + asked * MINUTE)

    assert refused.value.next_at == NOON + next_at * MINUTE
    assert SpendCode.objects.count() == len(sent)
    assert send_code(anna, rita, now=NOON + next_at * MINUTE).pk


def test_decision_of_a_senior_is_kept_with_its_reason(anna, rita, ask):
    proof = prove_by_decision(reason="телефон разряжен", request=ask())

    event = AuditEvent.objects.get()
    assert (proof.way, proof.reason) == ("OVERRIDE", "телефон разряжен")
    assert (event.code, event.actor, event.target_type, event.target_id, event.reason, event.details) == (
        "spending.overridden", rita, "patients.patient", str(anna.pk), "телефон разряжен", {"proof": proof.pk},
    )  # fmt: skip


def test_decision_without_a_reason_is_refused_by_the_database(anna, ask):
    with pytest.raises(IntegrityError), transaction.atomic():
        prove_by_decision(reason="", request=ask())

    assert (SpendProof.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_proof_serves_one_receipt(anna, ask):
    proof = prove_by_code(code_of(anna, now=NOON), request=ask())
    used = {"proof_id": proof.pk, "patient_id": anna.pk, "clinic": proof.clinic, "at": NOON}

    assert use_proof(**used) == proof
    assert use_proof(**used) is None
    assert SpendProof.objects.get().used_at == NOON


def test_proof_is_good_for_fifteen_minutes(anna, ask):
    proof = prove_by_code(code_of(anna, now=NOON), request=ask())
    used = {"proof_id": proof.pk, "patient_id": anna.pk, "clinic": proof.clinic}

    assert use_proof(**used, at=NOON + 15 * MINUTE + SECOND) is None
    assert use_proof(**used, at=NOON + 15 * MINUTE) == proof


def test_proof_of_another_patient_or_clinic_serves_nobody(anna, vera, ask):
    proof = prove_by_code(code_of(anna, now=NOON), request=ask())

    assert use_proof(proof_id=proof.pk, patient_id=vera.pk, clinic=proof.clinic, at=NOON) is None
    assert use_proof(proof_id=proof.pk, patient_id=anna.pk, clinic=make_clinic("omsk"), at=NOON) is None
    assert SpendProof.objects.get().used_at is None


@pytest.mark.parametrize("first_time", [True, False])
def test_card_code_takes_three_queries(anna, ask, django_assert_num_queries, first_time):
    if not first_time:
        prove_by_code(code_of(anna, now=NOON), request=ask())
    later = ask(now=NOON + MINUTE)

    with django_assert_num_queries(5):  # with the two of the savepoint
        prove_by_code(code_of(anna, now=later.now), request=later)
