"""Confirms a quoted receipt: lock the account, quote again as of the quote's moment, post only what was shown."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from clinics.models import Clinic
from loyalty.checkout.catalogue import LineRefused
from loyalty.checkout.draft import QuoteTicket, read_ticket
from loyalty.checkout.limit_use import LimitUsedUp, take
from loyalty.checkout.manual_discounts import use
from loyalty.checkout.member_state import NoAccount
from loyalty.checkout.payers import PayerRefused
from loyalty.checkout.posting import post_receipt
from loyalty.checkout.quoting import QuotedReceipt, quote_draft, quote_receipt
from loyalty.checkout.revision import AlreadyReplaced, Revision, find_replacement, revision_after
from loyalty.models import Account, Receipt, Source
from loyalty.models.receipt import DESK
from loyalty.privileges.using import PrivilegeRefused, use_codes
from loyalty.program.versions import current_program
from loyalty.rules.discounts import MANUAL
from loyalty.rules.quote import fingerprint_of
from loyalty.visits import close_visit
from patients.models import SpendProof
from patients.spend_proofs import use_proof

QUOTE_LIFE = timedelta(minutes=10)


class QuoteExpired(Exception):
    """The quote is older than ten minutes; a new one is needed."""


class QuoteChanged(Exception):
    """Something happened since the quote (a spend elsewhere); carries the new one. Nothing was posted.

    `posted` is the patient's newest receipt when one more was posted meanwhile: perhaps of the same visit.
    """

    def __init__(self, *, fresh: QuotedReceipt, posted: Receipt | None = None) -> None:
        super().__init__()
        self.fresh = fresh
        self.posted = posted


class ProofNeeded(Exception):
    """The receipt spends points, and the patient has not proved the consent to this spending at this clinic."""


@dataclass(frozen=True, slots=True)
class ConfirmedReceipt:
    """`balance` is the account's after posting; a repeated confirmation returns the first receipt."""

    receipt: Receipt
    balance: int
    is_duplicate: bool


def needs_proof(quoted: QuotedReceipt) -> bool:
    """Whether the patient must prove the consent to what the receipt spends."""
    return quoted.quote.spend.points > 0 and quoted.running.program.redemption.proof_required


def confirm_receipt(
    token: str, *, clinic: Clinic, actor: User, at: datetime, proof_id: int | None = None
) -> ConfirmedReceipt:
    """Post the quoted receipt. Own transaction; locks the patient's account row first.

    Twice with one token gives the first receipt. The proof is used up, spending or not: it was given for this
    receipt. Raises QuoteTokenInvalid, QuoteExpired, QuoteChanged, LineRefused, NoAccount, ProofNeeded,
    PayerRefused, PrivilegeRefused, and for a document entered again ReceiptStands and AlreadyReplaced; a refusal
    writes nothing.
    """
    ticket = read_ticket(token)
    try:
        with transaction.atomic():
            return _confirm(ticket, clinic=clinic, actor=actor, at=at, proof_id=proof_id)
    except (
        IntegrityError, QuoteChanged, QuoteExpired, LineRefused, AlreadyReplaced, ProofNeeded, PayerRefused,
        PrivilegeRefused,
    ):  # fmt: skip
        # A repeated confirmation finds the balance changed, the proof or a code used, or its document number
        # taken, by the first one; since then a service may have been taken off sale.
        duplicate = _find_confirmed(ticket)
        if duplicate is None:
            raise
        return duplicate


def confirm_and_close_visit(
    token: str, *, clinic: Clinic, actor: User, at: datetime, proof_id: int | None = None
) -> ConfirmedReceipt:
    """Post the quoted receipt of a visit that is over: nothing that it earned waits for the visit's end.

    As `confirm_receipt` otherwise. Own transaction.
    """
    with transaction.atomic():
        confirmed = confirm_receipt(token, clinic=clinic, actor=actor, at=at, proof_id=proof_id)
        closed = close_visit(confirmed.receipt.pk, at=at, actor=actor, source=Source.DESK)
        account = Account.objects.get(standing__patient=confirmed.receipt.patient_id)
    return replace(confirmed, receipt=closed.receipt, balance=account.balance)


def _confirm(
    ticket: QuoteTicket, *, clinic: Clinic, actor: User, at: datetime, proof_id: int | None
) -> ConfirmedReceipt:
    draft = ticket.draft
    if clinic.code != draft.clinic_code:
        raise QuoteChanged(fresh=quote_receipt(replace(draft, clinic_code=clinic.code), at=at))
    if at - ticket.quoted_at > QUOTE_LIFE:
        raise QuoteExpired
    if Account.objects.select_for_update().filter(standing__patient=draft.patient_id).first() is None:
        raise NoAccount(patient_id=draft.patient_id)
    running = current_program(at=draft.moment(ticket.quoted_at))
    quoted = quote_draft(draft, running=running, document=ticket.document, at=ticket.quoted_at)
    if ticket.visits is not None and quoted.member.standing.visits > ticket.visits:
        # Sums that stay the same prove nothing: two tabs with one visit would post it twice.
        raise QuoteChanged(fresh=quote_receipt(draft, at=at), posted=_newest_receipt(draft.patient_id))
    if quoted.quote.fingerprint != ticket.fingerprint:
        raise QuoteChanged(fresh=quote_receipt(draft, at=at))
    try:
        take(running.program.limits, quoted.quote.given_by, quoted.place, at=at)
    except LimitUsedUp:
        raise QuoteChanged(fresh=quote_receipt(draft, at=at)) from None
    revision = _revision(ticket)
    proof = _proof(quoted, proof_id=proof_id, clinic=clinic, at=at)
    receipt, balance = post_receipt(quoted, revision=revision, clinic=clinic, actor=actor, at=at, proof=proof)
    if quoted.manual and quoted.quote.given_by(MANUAL) and not use(quoted.manual, receipt_id=receipt.pk):
        raise QuoteChanged(fresh=quote_receipt(draft, at=at))
    used = [each for each in quoted.privileges if each.is_used_by(quoted.quote)]
    use_codes(used, receipt_id=receipt.pk, at=at)
    return ConfirmedReceipt(receipt=receipt, balance=balance, is_duplicate=False)


def _newest_receipt(patient_id: int) -> Receipt | None:
    return Receipt.objects.filter(patient=patient_id).order_by("-id").first()


def _proof(quoted: QuotedReceipt, *, proof_id: int | None, clinic: Clinic, at: datetime) -> SpendProof | None:
    proof = None
    if proof_id is not None:
        proof = use_proof(proof_id=proof_id, patient_id=quoted.draft.patient_id, clinic=clinic, at=at)
    if proof is None and needs_proof(quoted):
        raise ProofNeeded
    return proof


def _revision(ticket: QuoteTicket) -> Revision:
    replaced = ticket.draft.replaces_id
    if replaced is None:
        return Revision(DESK, ticket.document)
    return revision_after(replaced, clinic_code=ticket.draft.clinic_code)


def _find_confirmed(ticket: QuoteTicket) -> ConfirmedReceipt | None:
    receipt = _find_receipt(ticket)
    if receipt is None:
        return None
    return ConfirmedReceipt(receipt=receipt, balance=receipt.patient.standing.account.balance, is_duplicate=True)


def _find_receipt(ticket: QuoteTicket) -> Receipt | None:
    replaced = ticket.draft.replaces_id
    if replaced is None:
        receipts = Receipt.objects.filter(source_system=DESK, document=ticket.document, revision=1)
        return receipts.select_related("patient__standing__account").first()
    newer = find_replacement(replaced)
    # Another desk may have entered the document again with other lines: that is another receipt.
    return newer if newer and fingerprint_of(newer.explanation) == ticket.fingerprint else None
