"""Takes the patient's consent to a spending: by a code of the card page, by a code from an SMS, or by a senior.

A proof is good for one receipt of one patient at one clinic, for a quarter of an hour. Sends nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from clinics.models import Clinic
from patients import card_codes, spend_codes
from patients.models import Card, Patient, SpendCode, SpendGuard, SpendProof
from patients.spend_guard import CodesBlocked, check_open, count_wrong, forget_wrong, lock_guard
from patients.typed_codes import TypedCode, is_bare_card, read_code

PROOF_LIFE = timedelta(minutes=15)
Way = SpendProof.Way
# Taking a proof and reading it is one statement: of two receipts with one proof the second finds none.
USED = f"""
    update {SpendProof._meta.db_table} set used_at = %s
     where id = %s and patient_id = %s and clinic_id = %s and used_at is null and at >= %s
    returning *"""  # noqa: S608


class Refusal(Enum):
    WRONG = auto()
    LATE = auto()
    USED = auto()
    OTHER_CARD = auto()  # the scanned QR is not of this patient
    BARE_CARD = auto()  # the scanned QR has no code: its phone is offline
    UNREADABLE = auto()


class CodeRefused(Exception):
    """The code proves nothing. `tries_left` goes with WRONG."""

    def __init__(self, why: Refusal, *, tries_left: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.tries_left = tries_left


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """Who asks for whose consent where. `at` is the portal's moment, `now` the real one, by which codes live.

    `key` names the request: repeated with the same code, it gets the same proof.
    """

    patient_id: int
    clinic: Clinic
    actor: User
    at: datetime
    now: datetime
    key: str


Judged = SpendProof | CodeRefused | CodesBlocked


def prove_by_code(typed: str, *, request: ProofRequest) -> SpendProof:
    """Take six digits of the card page, four of an SMS, or a whole scanned QR. Own transaction.

    Locks the patient's guard before it looks at a code. Raises CodeRefused or CodesBlocked: a wrong code is
    counted, nothing else is written.
    """
    code = read_code(typed)
    if code is None:
        raise CodeRefused(Refusal.BARE_CARD if is_bare_card(typed) else Refusal.UNREADABLE)
    if code.card and not _is_card_of(code.card, patient_id=request.patient_id):
        raise CodeRefused(Refusal.OTHER_CARD)
    return _prove(code, request=request)


def prove_by_scan(scanned: TypedCode, *, request: ProofRequest) -> SpendProof:
    """As `prove_by_code`, for the QR by whose card the patient has just been found."""
    return _prove(scanned, request=request)


def prove_by_decision(*, reason: str, request: ProofRequest) -> SpendProof:
    """A senior vouches for the patient, with a reason that the audit keeps. Own transaction.

    The caller has checked the permission.
    """
    with transaction.atomic():
        proof = _insert(Way.OVERRIDE, request=request, reason=reason)
        audit.record(
            code="spending.overridden",
            at=request.at,
            actor=request.actor,
            clinic=request.clinic,
            target=Patient(pk=request.patient_id),
            reason=reason,
            details={"proof": proof.pk},
        )
    return proof


def use_proof(*, proof_id: int, patient_id: int, clinic: Clinic, at: datetime) -> SpendProof | None:
    """Use the proof up inside the caller's transaction; None when it is another's, elsewhere's, used or old."""
    found = SpendProof.objects.raw(USED, [at, proof_id, patient_id, clinic.pk, at - PROOF_LIFE])
    return next(iter(found), None)


def _prove(code: TypedCode, *, request: ProofRequest) -> SpendProof:
    with transaction.atomic():
        judged = _judge(code, request=request)
    if not isinstance(judged, SpendProof):
        # Raised only now: the wrong try that was counted must stay.
        raise judged
    return judged


def _is_card_of(number: str, *, patient_id: int) -> bool:
    return Card.objects.filter(number=number, patient=patient_id, status=Card.Status.ACTIVE).exists()


def _judge(code: TypedCode, *, request: ProofRequest) -> Judged:
    guard = lock_guard(request.patient_id)
    check_open(guard, now=request.now)
    if code.is_from_sms:
        return _judge_spend_code(code, guard=guard, request=request)
    return _judge_card_code(code, guard=guard, request=request)


def _judge_card_code(code: TypedCode, *, guard: SpendGuard, request: ProofRequest) -> Judged:
    step = card_codes.find_step(code.digits, patient_id=request.patient_id, now=request.now)
    if step is None:
        return _wrong(guard, request=request)
    if step <= guard.card_step:
        return _same_request(request, card_step=step) or CodeRefused(Refusal.USED)
    if card_codes.is_late(step, now=request.now):
        return CodeRefused(Refusal.LATE)
    forget_wrong(guard, card_step=step)
    return _insert(Way.QR if code.card else Way.CARD_CODE, request=request, card_step=step)


def _judge_spend_code(code: TypedCode, *, guard: SpendGuard, request: ProofRequest) -> Judged:
    sent = spend_codes.find_newest(patient_id=request.patient_id, clinic=request.clinic)
    if sent is None or not spend_codes.is_right(code.digits, sent=sent):
        return _wrong(guard, request=request)
    if hasattr(sent, "proof"):
        return _same_request(request, spend_code=sent) or CodeRefused(Refusal.USED)
    if sent.expires_at <= request.now:
        return CodeRefused(Refusal.LATE)
    forget_wrong(guard, card_step=None)
    return _insert(Way.SMS, request=request, spend_code=sent)


def _wrong(guard: SpendGuard, *, request: ProofRequest) -> CodeRefused | CodesBlocked:
    tries_left = count_wrong(guard, now=request.now)
    if tries_left:
        return CodeRefused(Refusal.WRONG, tries_left=tries_left)
    audit.record(
        code="spending.codes_blocked",
        at=request.at,
        actor=request.actor,
        clinic=request.clinic,
        target=Patient(pk=request.patient_id),
    )
    return CodesBlocked(until=guard.blocked_until or request.now)


def _same_request(request: ProofRequest, **grounds: int | SpendCode) -> SpendProof | None:
    """The answer to this very request got lost on the way: it is given again."""
    return SpendProof.objects.filter(
        patient=request.patient_id, clinic=request.clinic, key=request.key, **grounds
    ).first()


def _insert(
    way: Way,
    *,
    request: ProofRequest,
    reason: str = "",
    card_step: int | None = None,
    spend_code: SpendCode | None = None,
) -> SpendProof:
    return SpendProof.objects.create(
        patient_id=request.patient_id,
        clinic=request.clinic,
        way=way,
        actor=request.actor,
        at=request.at,
        reason=reason,
        card_step=card_step,
        spend_code=spend_code,
        key=request.key,
    )
