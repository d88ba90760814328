"""The patient's consent to spend, for tests whose subject is another one."""

from datetime import datetime

from django.contrib.auth.models import User

from clinics.models import Clinic
from loyalty.checkout.confirming import ConfirmedReceipt, confirm_receipt
from loyalty.checkout.draft import read_ticket
from patients.card_codes import card_code, qr_payload, step_at
from patients.models import Card, Patient, SpendCode, SpendProof


def make_proof(patient_id: int, *, clinic: Clinic, actor: User, at: datetime) -> SpendProof:
    """A proof by SMS, any number of them in a minute."""
    code = SpendCode.objects.create(
        patient_id=patient_id, clinic=clinic, actor=actor, created_at=at, expires_at=at
    )
    return SpendProof.objects.create(
        patient_id=patient_id, clinic=clinic, way="SMS", actor=actor, at=at, spend_code=code, key="test"
    )


def confirm_with_proof(token: str, *, clinic: Clinic, actor: User, at: datetime) -> ConfirmedReceipt:
    """Confirm a quote whose patient has agreed to what it spends."""
    patient_id = read_ticket(token).draft.patient_id
    proof = make_proof(patient_id, clinic=clinic, actor=actor, at=at)
    return confirm_receipt(token, clinic=clinic, actor=actor, at=at, proof_id=proof.pk)


def code_of(patient: Patient, *, now: datetime) -> str:
    """Six digits of the patient's card page."""
    return card_code(patient.pk, step=step_at(now))


def qr_of(patient: Patient, *, now: datetime) -> str:
    """What a scanner reads off the patient's card page."""
    return qr_payload(Card.objects.get(patient=patient, status="ACTIVE").number, code_of(patient, now=now))


def wrong(code: str) -> str:
    """As many digits, surely not the code."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
