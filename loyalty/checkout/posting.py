"""Writes a confirmed receipt: ledger acts, the receipt with lines and awards, the standing, the notice."""

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User

from clinics.calendar import local_date
from clinics.models import Clinic
from clinics.money import to_roubles
from loyalty.checkout.quoting import QuotedReceipt
from loyalty.checkout.revision import Revision
from loyalty.checkout.rows import award_rows, discount_rows, line_rows
from loyalty.checkout.standing import count_receipt
from loyalty.ledger import posting
from loyalty.ledger.posting import Posted, RollingDate
from loyalty.lot_dates import new_lot, rolling_after_payment
from loyalty.messages.events import POINTS_EARNED, SPEND_OVERRIDDEN
from loyalty.models import Award, LineDiscount, Receipt, ReceiptLine, Source
from notifications import outbox
from patients.models import SpendProof


def post_receipt(
    quoted: QuotedReceipt,
    *,
    revision: Revision,
    clinic: Clinic,
    actor: User,
    at: datetime,
    proof: SpendProof | None = None,
) -> tuple[Receipt, int]:
    """Post what was quoted, as of the moment it was paid; the receipt and the balance after it.

    `proof` is of the consent to what is spent; the caller has used it up and holds the account's lock and the
    transaction.
    """
    spent = _spend(quoted, revision=revision, actor=actor, at=at)
    earned = _earn(quoted, revision=revision, actor=actor, at=at)
    prolonged = None if earned else _prolong(quoted, revision=revision)
    receipt = _insert_receipt(
        quoted,
        revision=revision,
        clinic=clinic,
        actor=actor,
        at=at,
        spent=spent,
        earned=earned,
        proof=proof if spent else None,
    )
    count_receipt(
        quoted.member,
        program=quoted.running.program,
        paid=to_roubles(quoted.quote.money_kopecks),
        paid_at=quoted.paid_at,
        at=at,
    )
    if quoted.quote.earned_points or quoted.quote.spend.points:
        _tell(receipt, POINTS_EARNED, key="posted", at=at)
    if receipt.proven_by == SpendProof.Way.OVERRIDE:
        _tell(receipt, SPEND_OVERRIDDEN, key="overridden", at=at)
    last = prolonged or earned or spent
    return receipt, last.balance if last else quoted.member.standing.account.balance


def _tell(receipt: Receipt, event: str, *, key: str, at: datetime) -> None:
    outbox.enqueue(
        event=event,
        patient_id=receipt.patient_id,
        key=f"receipt:{receipt.pk}:{key}",
        due_at=at,
        context={"receipt": receipt.pk},
        at=at,
    )


def _spend(quoted: QuotedReceipt, *, revision: Revision, actor: User, at: datetime) -> Posted | None:
    quote = quoted.quote
    if not quote.spend.points:
        return None
    return posting.spend(
        account_id=quoted.member.standing.account_id,
        units=quote.spend.points,
        key=f"{revision.key}:spend",
        at=quoted.paid_at,
        recorded_at=at,
        actor_id=actor.pk,
        explanation={"spend": quote.explanation()["spend"]},
        program_version_id=quoted.running.version_id,
        source=Source.DESK,
    )


def _earn(quoted: QuotedReceipt, *, revision: Revision, actor: User, at: datetime) -> Posted | None:
    quote, standing = quoted.quote, quoted.member.standing
    if not quote.lots:
        return None
    tz = standing.patient.home_clinic.tz
    return posting.earn(
        account_id=standing.account_id,
        lots=[new_lot(plan, today=quoted.member.today, tz=tz) for plan in quote.lots],
        key=f"{revision.key}:earn",
        at=quoted.paid_at,
        rolling=_rolling_date(quoted),
        recorded_at=at,
        actor_id=actor.pk,
        explanation=quote.why_earned(),
        program_version_id=quoted.running.version_id,
        source=Source.DESK,
    )


def _prolong(quoted: QuotedReceipt, *, revision: Revision) -> Posted | None:
    """A payment that earned nothing still moves the rolling date."""
    rolling = _rolling_date(quoted)
    if rolling is None:
        return None
    return posting.prolong(
        account_id=quoted.member.standing.account_id,
        rolling=rolling,
        key=f"{revision.key}:prolong",
        at=quoted.paid_at,
        source=Source.DESK,
    )


def _rolling_date(quoted: QuotedReceipt) -> RollingDate | None:
    """None when points do not roll, or no money was paid: a free visit prolongs nothing."""
    if not quoted.quote.money_kopecks:
        return None
    standing = quoted.member.standing
    return rolling_after_payment(
        quoted.running.program.life,
        account=standing.account,
        paid_on=quoted.member.today,
        tz=standing.patient.home_clinic.tz,
    )


def _visit_closes_on(quoted: QuotedReceipt, *, clinic: Clinic) -> date:
    days = quoted.running.program.visit_closes_after_days
    return local_date(quoted.paid_at, clinic.tz) + timedelta(days=days)


def _insert_receipt(
    quoted: QuotedReceipt,
    *,
    revision: Revision,
    clinic: Clinic,
    actor: User,
    at: datetime,
    spent: Posted | None,
    earned: Posted | None,
    proof: SpendProof | None,
) -> Receipt:
    quote, draft = quoted.quote, quoted.draft
    receipt = Receipt.objects.create(
        clinic=clinic,
        patient_id=draft.patient_id,
        treated_id=draft.treated_id,
        source_system=revision.source_system,
        document=revision.document,
        revision=revision.number,
        replaces_id=revision.replaces_id,
        identified_by=draft.identified_by,
        channel=quoted.member.standing.patient.source,
        booked_online=draft.booked_online,
        paid_at=quoted.paid_at,
        visit_closed_at=None if quote.waiting_points else quoted.paid_at,
        visit_closes_on=_visit_closes_on(quoted, clinic=clinic) if quote.waiting_points else None,
        recorded_at=at,
        actor_id=actor.pk,
        program_version_id=quoted.running.version_id,
        tier=quote.tier or "",
        price=to_roubles(quote.total_kopecks),
        discount=to_roubles(quote.discount_kopecks),
        points_value=to_roubles(quote.total_kopecks - quote.discount_kopecks - quote.money_kopecks),
        paid=to_roubles(quote.money_kopecks),
        points_spent=quote.spend.points,
        proven_by=proof.way if proof else "",
        override_reason=proof.reason if proof else "",
        points_earned=quote.earned_points,
        spend_operation_id=spent.operation_id if spent else None,
        earn_operation_id=earned.operation_id if earned else None,
        explanation=quote.explanation(),
    )
    lines = line_rows(receipt=receipt, drafted=draft.lines, quote=quote, catalogue=quoted.catalogue)
    ReceiptLine.objects.bulk_create(lines.values())
    Award.objects.bulk_create(award_rows(quote, lines=lines))
    if quote.discounts:
        LineDiscount.objects.bulk_create(discount_rows(quote, lines=lines))
    return receipt
