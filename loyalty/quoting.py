"""Quotes a receipt: reads what the engine must know and asks it. Writes nothing.

The desk's preview and the posting call the same function over the same facts; the token of a quote carries
the moment it was judged at.
"""

from dataclasses import dataclass
from datetime import datetime

from loyalty.catalogue import Catalogue, line_facts, read_catalogue
from loyalty.member_state import MemberState, read_member_state
from loyalty.program.versions import RunningProgram, current_program
from loyalty.receipt_draft import QuoteTicket, ReceiptDraft, new_document, sign_ticket
from loyalty.rules import engine
from loyalty.rules.facts import ReceiptFacts
from loyalty.rules.quote import Quote


class EmptyReceipt(Exception):
    """There is nothing to pay for: no line at all."""


@dataclass(frozen=True, slots=True)
class QuotedReceipt:
    """A quote with all that a page shows around it. `token` is what a confirmation needs."""

    token: str
    draft: ReceiptDraft
    quoted_at: datetime
    quote: Quote
    running: RunningProgram
    member: MemberState
    catalogue: Catalogue


def quote_receipt(draft: ReceiptDraft, *, at: datetime) -> QuotedReceipt:
    """What the receipt would spend, cost and earn. Four queries at most, nothing written.

    Raises EmptyReceipt, UnknownService, NoAccount, NoProgram.
    """
    return quote_draft(draft, running=current_program(at=at), document=new_document(), at=at)


def quote_draft(draft: ReceiptDraft, *, running: RunningProgram, document: str, at: datetime) -> QuotedReceipt:
    """Quote under the given version as of `at`: a confirmation repeats it for the quote's own moment."""
    if not draft.lines:
        raise EmptyReceipt
    program = running.program
    member = read_member_state(patient_id=draft.patient_id, program=program, at=at)
    catalogue = read_catalogue(draft.lines)
    quote = engine.quote(
        program=program,
        member=member.facts(),
        receipt=ReceiptFacts(
            lines=line_facts(draft.lines, catalogue=catalogue), clinic=draft.clinic_code, day=member.today
        ),
        choice=draft.choice,
    )
    ticket = QuoteTicket(document=document, draft=draft, quoted_at=at, fingerprint=quote.fingerprint)
    return QuotedReceipt(
        token=sign_ticket(ticket),
        draft=draft,
        quoted_at=at,
        quote=quote,
        running=running,
        member=member,
        catalogue=catalogue,
    )
