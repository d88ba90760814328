"""Quotes a receipt: reads what the engine must know and asks it. Writes nothing.

The desk's preview and the posting call the same function over the same facts; the token of a quote carries
the moment it was judged at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinics.calendar import local_date, minute_of_day
from loyalty.checkout.catalogue import Catalogue, line_facts, read_catalogue
from loyalty.checkout.draft import QuoteTicket, ReceiptDraft, new_document, sign_ticket
from loyalty.checkout.limit_use import ReceiptPlace, read_used
from loyalty.checkout.manual_discounts import find_latest
from loyalty.checkout.member_state import MemberState, read_member_state
from loyalty.checkout.payers import check_payer
from loyalty.models import ManualDiscount
from loyalty.privileges.using import PresentedCode, present_codes
from loyalty.program.versions import RunningProgram, current_program
from loyalty.rules import engine
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.facts import ReceiptFacts, SpendKind
from loyalty.rules.quote import Quote

ATTACH_WITHIN = timedelta(hours=24)


class EmptyReceipt(Exception):
    """There is nothing to pay for: no line at all."""


class NotAttachable(Exception):
    """Paid longer ago than 24 hours or not yet, or with points or codes, which are spent only while one pays."""


@dataclass(frozen=True, slots=True)
class QuotedReceipt:
    """A quote with all that a page shows around it. `token` is what a confirmation needs.

    The quote is good for some minutes from `quoted_at`; the rules are those of `paid_at`.
    """

    token: str
    draft: ReceiptDraft
    quoted_at: datetime
    quote: Quote
    place: ReceiptPlace
    manual: ManualDiscount | None  # given by hand, waiting for a decision, or refused
    privileges: tuple[PresentedCode, ...]
    running: RunningProgram
    member: MemberState
    catalogue: Catalogue

    @property
    def paid_at(self) -> datetime:
        return self.draft.moment(self.quoted_at)


def quote_receipt(draft: ReceiptDraft, *, at: datetime) -> QuotedReceipt:
    """What the receipt would spend, cost and earn. Six queries at most, a seventh for codes, one more for a named
    payer; nothing written.

    A receipt paid within the last 24 hours earns by the rules of its own moment. Raises EmptyReceipt, LineRefused,
    NoAccount, NoProgram, NotAttachable, PayerRefused, PrivilegeRefused.
    """
    is_late = draft.paid_at is not None
    spends = draft.choice.kind is not SpendKind.NONE or draft.privileges
    if is_late and (spends or not at - ATTACH_WITHIN <= draft.moment(at) <= at):
        raise NotAttachable
    return quote_draft(draft, running=current_program(at=draft.moment(at)), document=new_document(), at=at)


def quote_draft(draft: ReceiptDraft, *, running: RunningProgram, document: str, at: datetime) -> QuotedReceipt:
    """Quote under the given version as of `at`: a confirmation repeats it for the quote's own moment."""
    if not draft.lines:
        raise EmptyReceipt
    program, moment = running.program, draft.moment(at)
    member = read_member_state(
        patient_id=draft.patient_id, program=program, at=moment, clinic_code=draft.clinic_code
    )
    if draft.treated_id is not None:
        check_payer(member.standing.patient, treated_id=draft.treated_id)
    catalogue = read_catalogue(draft.lines)
    manual = _find_manual(draft, program=program, at=moment)
    privileges = present_codes(
        draft.privileges, patient_id=draft.patient_id, clinic_code=draft.clinic_code, at=moment
    )
    facts = _receipt_facts(
        draft, catalogue=catalogue, member=member, manual=manual, privileges=privileges, at=moment
    )
    place = ReceiptPlace(draft.patient_id, draft.clinic_code, facts.clinic_day or facts.day)
    quote = engine.quote(
        program=program,
        member=member.facts(),
        receipt=facts,
        choice=draft.choice,
        used=read_used(program.limits, place),
    )
    ticket = QuoteTicket(
        document=document,
        draft=draft,
        quoted_at=at,
        fingerprint=quote.fingerprint,
        visits=member.standing.visits,
    )
    return QuotedReceipt(
        token=sign_ticket(ticket),
        draft=draft,
        quoted_at=at,
        quote=quote,
        place=place,
        manual=manual,
        privileges=privileges,
        running=running,
        member=member,
        catalogue=catalogue,
    )


def _find_manual(draft: ReceiptDraft, *, program: CompiledProgram, at: datetime) -> ManualDiscount | None:
    if program.discounts.manual is None:
        return None
    return find_latest(patient_id=draft.patient_id, clinic_code=draft.clinic_code, at=at)


def _receipt_facts(
    draft: ReceiptDraft,
    *,
    catalogue: Catalogue,
    member: MemberState,
    manual: ManualDiscount | None,
    privileges: tuple[PresentedCode, ...],
    at: datetime,
) -> ReceiptFacts:
    is_approved = manual is not None and manual.status == ManualDiscount.Status.APPROVED
    return ReceiptFacts(
        lines=line_facts(draft.lines, catalogue=catalogue),
        clinic=draft.clinic_code,
        day=member.today,
        clinic_day=local_date(at, member.zone),
        minute_of_day=minute_of_day(at, member.zone),
        booked_online=draft.booked_online,
        manual_discount_bp=manual.rate_bp if manual and is_approved else 0,
        privileges=tuple(facts for each in privileges if (facts := each.facts) is not None),
    )
