"""Takes the patient's proof at the desk: from a scan that found them, or from the code that was typed."""

import uuid
from dataclasses import replace

from django.http import HttpRequest

from clinics import clock
from loyalty.checkout.draft import QuoteTokenInvalid, read_ticket
from loyalty.desk.access import Desk, Who, sign_who
from loyalty.desk.page import DeskPage
from loyalty.desk.proof_form import blocked_text, refused_text
from patients.models import SpendProof
from patients.search import SearchResult
from patients.search_text import FoundBy
from patients.spend_guard import CodesBlocked
from patients.spend_proofs import CodeRefused, ProofRequest, prove_by_code, prove_by_scan


def who_was_found(found: SearchResult, *, desk: Desk) -> Who:
    """The one patient found. By a QR whose code proves nothing only the card is known: enough to earn."""
    patient_id = found.patients[0].pk
    if found.scanned is None:
        return Who(patient_id=patient_id, identified_by=found.found_by.value)
    # One person's repeated scan is one request: many scanners end a line twice.
    request = proof_request(desk=desk, patient_id=patient_id, key=f"scan:{desk.user.pk}")
    try:
        proof = prove_by_scan(found.scanned, request=request)
    except (CodeRefused, CodesBlocked):
        proof = None
    if proof is None or proof.used_at is not None:
        return Who(patient_id=patient_id, identified_by=FoundBy.CARD.value)
    return proven(Who(patient_id=patient_id, identified_by=FoundBy.QR.value), proof)


def take_typed_code(request: HttpRequest, *, desk: Desk, page: DeskPage, who: Who) -> Who:
    """The patient with the proof that the typed code is; or as they were, and the form says why it is none."""
    asked = proof_request(desk=desk, patient_id=who.patient_id, key=key_of(request))
    try:
        proof = prove_by_code(page.proof.code, request=asked)
    except CodeRefused as refusal:
        page.proof.error = refused_text(refusal, code=page.proof.code)
    except CodesBlocked as blocked:
        page.proof.error = blocked_text(blocked, now=asked.now)
    else:
        who = put_proof(page, desk=desk, who=proven(who, proof))
    # Nobody wants to delete a refused code digit by digit.
    page.proof.code = ""
    return who


def put_proof(page: DeskPage, *, desk: Desk, who: Who) -> Who:
    """Keep the patient, with the proof or without it, in the form."""
    page.who = sign_who(who=who, user_id=desk.user.pk)
    page.proof.is_new = True
    return who


def proven(who: Who, proof: SpendProof) -> Who:
    return replace(who, proof_id=proof.pk, proven_by=proof.way)


def proof_request(*, desk: Desk, patient_id: int, key: str) -> ProofRequest:
    return ProofRequest(
        patient_id=patient_id,
        clinic=desk.clinic,
        actor=desk.user,
        at=clock.now(),
        now=clock.real_now(),
        key=key,
    )


def key_of(request: HttpRequest) -> str:
    """The document of the quote on the page: whatever is sent twice from there is one request."""
    try:
        return read_ticket(request.POST.get("quote", "")).document
    except QuoteTokenInvalid:
        return uuid.uuid4().hex
