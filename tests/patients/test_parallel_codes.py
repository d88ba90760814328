"""Codes guessed at many desks at once: no more than five are looked at, a right one serves one desk."""

import threading

import pytest

from patients import card_codes, spend_proofs
from patients.card_codes import card_code, step_at
from patients.models import SpendGuard, SpendProof
from patients.spend_guard import CodesBlocked
from patients.spend_proofs import CodeRefused, ProofRequest, prove_by_code, use_proof
from tests.people import make_clinic, make_patient, make_rita
from tests.programs import NOON
from tests.threads import run_together

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
GUESSERS = 12


@pytest.fixture
def request_of():
    """Requests of many desks, each with its own key."""
    anna, clinic, rita = make_patient(), make_clinic(), make_rita()

    def request(desk):
        return ProofRequest(patient_id=anna.pk, clinic=clinic, actor=rita, at=NOON, now=NOON, key=f"desk {desk}")

    return request


@pytest.fixture
def looked_at(monkeypatch):
    """Codes that were compared with the right one."""
    codes = []

    def remember(code, **_kwargs):
        codes.append(code)

    monkeypatch.setattr(card_codes, "find_step", remember)
    return codes


def guess_at_all_desks(request_of):
    return run_together(GUESSERS, lambda desk: prove_by_code(f"{desk:06d}", request=request_of(desk)))


def test_control_a_guard_read_without_its_lock_is_outrun(request_of, looked_at, monkeypatch):
    SpendGuard.objects.create(patient_id=request_of(0).patient_id)
    everybody_read = threading.Barrier(GUESSERS, timeout=30)

    def read_carelessly(patient_id):
        guard = SpendGuard.objects.get(patient=patient_id)
        everybody_read.wait()
        return guard

    monkeypatch.setattr(spend_proofs, "lock_guard", read_carelessly)

    guess_at_all_desks(request_of)

    assert len(looked_at) == GUESSERS


def test_five_of_many_parallel_guesses_are_looked_at(request_of, looked_at):
    results = guess_at_all_desks(request_of)

    assert len(looked_at) == 5
    assert sum(isinstance(result, CodeRefused) for result in results) == 4
    assert sum(isinstance(result, CodesBlocked) for result in results) == GUESSERS - 4
    assert SpendProof.objects.count() == 0


def test_one_code_at_many_desks_is_one_proof(request_of):
    code = card_code(request_of(0).patient_id, step=step_at(NOON))

    results = run_together(GUESSERS, lambda desk: prove_by_code(code, request=request_of(desk)))

    assert sum(isinstance(result, SpendProof) for result in results) == 1
    assert sum(isinstance(result, CodeRefused) for result in results) == GUESSERS - 1


def test_one_proof_at_many_desks_is_used_once(request_of):
    request = request_of(0)
    proof = prove_by_code(card_code(request.patient_id, step=step_at(NOON)), request=request)

    results = run_together(
        GUESSERS,
        lambda _desk: use_proof(proof_id=proof.pk, patient_id=request.patient_id, clinic=request.clinic, at=NOON),
    )

    assert sum(result is not None for result in results) == 1
