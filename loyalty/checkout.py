"""Confirms a quoted receipt: lock the account, quote again as of the quote's moment, post only what was shown."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from clinics.models import Clinic
from loyalty.catalogue import UnknownService
from loyalty.member_state import NoAccount
from loyalty.models import Account, Receipt
from loyalty.models.receipt import DESK
from loyalty.program.versions import current_program
from loyalty.quoting import QuotedReceipt, quote_draft, quote_receipt
from loyalty.receipt_draft import QuoteTicket, read_ticket
from loyalty.receipt_posting import post_receipt

QUOTE_LIFE = timedelta(minutes=10)


class QuoteExpired(Exception):
    """The quote is older than ten minutes; a new one is needed."""


class QuoteChanged(Exception):
    """Something happened since the quote (a spend elsewhere); carries the new one. Nothing was posted."""

    def __init__(self, *, fresh: QuotedReceipt) -> None:
        super().__init__()
        self.fresh = fresh


@dataclass(frozen=True, slots=True)
class ConfirmedReceipt:
    """`balance` is the account's after posting; a repeated confirmation returns the first receipt."""

    receipt: Receipt
    balance: int
    is_duplicate: bool


def confirm_receipt(token: str, *, clinic: Clinic, actor: User, at: datetime) -> ConfirmedReceipt:
    """Post the quoted receipt. Own transaction; locks the patient's account row first.

    Twice with one token gives the first receipt. Raises QuoteTokenInvalid, QuoteExpired, QuoteChanged,
    UnknownService, NoAccount; a refusal writes nothing.
    """
    ticket = read_ticket(token)
    try:
        with transaction.atomic():
            return _confirm(ticket, clinic=clinic, actor=actor, at=at)
    except (IntegrityError, QuoteChanged, QuoteExpired, UnknownService):
        # A repeated confirmation finds the balance changed, or its document number taken, by the first one;
        # since then a service may have been taken off sale.
        duplicate = _find_confirmed(ticket)
        if duplicate is None:
            raise
        return duplicate


def _confirm(ticket: QuoteTicket, *, clinic: Clinic, actor: User, at: datetime) -> ConfirmedReceipt:
    draft = ticket.draft
    if clinic.code != draft.clinic_code:
        raise QuoteChanged(fresh=quote_receipt(replace(draft, clinic_code=clinic.code), at=at))
    if at - ticket.quoted_at > QUOTE_LIFE:
        raise QuoteExpired
    if Account.objects.select_for_update().filter(standing__patient=draft.patient_id).first() is None:
        raise NoAccount(patient_id=draft.patient_id)
    running = current_program(at=ticket.quoted_at)
    quoted = quote_draft(draft, running=running, document=ticket.document, at=ticket.quoted_at)
    if quoted.quote.fingerprint != ticket.fingerprint:
        raise QuoteChanged(fresh=quote_receipt(draft, at=at))
    receipt, balance = post_receipt(quoted, document=ticket.document, clinic=clinic, actor=actor, at=at)
    return ConfirmedReceipt(receipt=receipt, balance=balance, is_duplicate=False)


def _find_confirmed(ticket: QuoteTicket) -> ConfirmedReceipt | None:
    receipt = (
        Receipt.objects.filter(source_system=DESK, document=ticket.document, revision=1)
        .select_related("patient__standing__account")
        .first()
    )
    if receipt is None:
        return None
    return ConfirmedReceipt(receipt=receipt, balance=receipt.patient.standing.account.balance, is_duplicate=True)
