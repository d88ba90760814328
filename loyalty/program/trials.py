"""What a receipt would come to under any version, drafts included. Writes nothing.

A trial on a patient is the desk's own quote; one on a made-up person asks the same engine with made-up facts.
Besides the quote's own reasons it says of every other rule why it does not apply: a manager looks for the one
rule that should have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from clinics.calendar import local_date, minute_of_day
from clinics.models import Clinic
from loyalty.checkout.catalogue import line_facts, read_catalogue
from loyalty.checkout.draft import DraftLine, ReceiptDraft, new_document
from loyalty.checkout.limit_use import ReceiptPlace, read_used
from loyalty.checkout.quoting import quote_draft
from loyalty.models import ProgramVersion
from loyalty.program.versions import RunningProgram, compiled_version
from loyalty.rules import engine
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.conditions import Situation
from loyalty.rules.facts import LineFacts, MemberFacts, ReceiptFacts, SpendChoice
from loyalty.rules.quote import Quote
from loyalty.rules.reasons import Reason
from loyalty.rules.rule_book import ConditionalRule
from loyalty.rules.tiers import tier_of_member
from loyalty.texts.explanations import Explained, explain

NOBODY = 0  # no patient has this id: what others have been given does not count
MEANS_OTHERS = Reason("means_others")


@dataclass(frozen=True, slots=True)
class TrialReceipt:
    """A receipt that nobody pays; `at` decides its day and time, in the clinic's zone."""

    lines: tuple[DraftLine, ...]
    clinic: Clinic
    at: datetime
    choice: SpendChoice
    booked_online: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    version: ProgramVersion
    program: CompiledProgram
    quote: Quote
    explained: Explained  # `skipped` has every rule that gives nothing


def try_on_patient(receipt: TrialReceipt, *, version: ProgramVersion, patient_id: int) -> Trial:
    """The quote that the desk would show. Raises EmptyReceipt, LineRefused, NoAccount."""
    program = compiled_version(version)
    draft = ReceiptDraft(
        patient_id=patient_id,
        clinic_code=receipt.clinic.code,
        lines=receipt.lines,
        choice=receipt.choice,
        identified_by="NAME",
        booked_online=receipt.booked_online,
    )
    running = RunningProgram(version.pk, version.number, program)
    quoted = quote_draft(draft, running=running, document=new_document(), at=receipt.at)
    facts = _receipt_facts(
        receipt,
        lines=line_facts(receipt.lines, catalogue=quoted.catalogue),
        day=quoted.member.today,
    )
    return _trial(
        version,
        program,
        quoted.quote,
        member=quoted.member.facts(),
        receipt=facts,
        category_names=quoted.catalogue.category_names,
    )


def try_on_member(receipt: TrialReceipt, *, version: ProgramVersion, member: MemberFacts) -> Trial:
    """The same for a made-up member whose home clinic is the receipt's. Raises LineRefused."""
    program = compiled_version(version)
    catalogue = read_catalogue(receipt.lines)
    day = local_date(receipt.at, receipt.clinic.tz)
    facts = _receipt_facts(receipt, lines=line_facts(receipt.lines, catalogue=catalogue), day=day)
    used = read_used(program.limits, ReceiptPlace(NOBODY, receipt.clinic.code, day))
    quote = engine.quote(program=program, member=member, receipt=facts, choice=receipt.choice, used=used)
    return _trial(version, program, quote, member=member, receipt=facts, category_names=catalogue.category_names)


def _receipt_facts(receipt: TrialReceipt, *, lines: tuple[LineFacts, ...], day: date) -> ReceiptFacts:
    return ReceiptFacts(
        lines=lines,
        clinic=receipt.clinic.code,
        day=day,
        clinic_day=local_date(receipt.at, receipt.clinic.tz),
        minute_of_day=minute_of_day(receipt.at, receipt.clinic.tz),
        booked_online=receipt.booked_online,
    )


def _trial(
    version: ProgramVersion,
    program: CompiledProgram,
    quote: Quote,
    *,
    member: MemberFacts,
    receipt: ReceiptFacts,
    category_names: dict[str, str],
) -> Trial:
    explanation = quote.explanation()
    explanation["skipped"] += [
        {"rule": code, **reason.as_json()}
        for code, reason in _silent_rules(program, quote, member=member, receipt=receipt)
    ]
    return Trial(version, program, quote, explain(explanation, program=program, category_names=category_names))


def _silent_rules(
    program: CompiledProgram, quote: Quote, *, member: MemberFacts, receipt: ReceiptFacts
) -> Iterator[tuple[str, Reason]]:
    """Rules of which the quote says nothing: it looks only at those that can match."""
    tier = tier_of_member(program, member) if member.is_member else None
    situation = Situation.of(member=member, receipt=receipt, tier=None if tier is None else tier.code)
    said = {earning.rule_code for earning in quote.earnings} | {discount.code for discount in quote.discounts}
    said |= {skipped.code for skipped in quote.skipped}
    said |= {str(value) for reason in quote.reasons for name, value in reason.data if name == "rule"}
    rules: tuple[ConditionalRule, ...] = (*program.earning.rules, *program.discounts.promotions)
    for rule in rules:
        if rule.code not in said:
            yield rule.code, rule.conditions.why_not(situation) or MEANS_OTHERS
