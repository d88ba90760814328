"""Writes a confirmed receipt: ledger acts, the receipt with lines and awards, the standing, the notice."""

from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import F

from clinics.models import Clinic
from clinics.money import to_kopecks, to_roubles
from loyalty.events import POINTS_EARNED
from loyalty.ledger import posting
from loyalty.ledger.posting import DatedDay, Posted
from loyalty.lot_dates import new_lot, rolling_after_payment
from loyalty.models import Award, Receipt, ReceiptLine, Source, Standing
from loyalty.models.receipt import DESK
from loyalty.quoting import QuotedReceipt
from loyalty.receipt_rows import award_rows, line_rows
from loyalty.rules.tiers import tier_after_recount
from notifications import outbox


def post_receipt(
    quoted: QuotedReceipt, *, document: str, clinic: Clinic, actor: User, at: datetime
) -> tuple[Receipt, int]:
    """Post what was quoted, as of the quote's moment; the receipt and the balance after it.

    The caller holds the account's lock and the transaction.
    """
    spent = _spend(quoted, document=document, actor=actor, at=at)
    earned = _earn(quoted, document=document, actor=actor, at=at)
    prolonged = None if earned else _prolong(quoted, document=document)
    receipt = _insert_receipt(
        quoted, document=document, clinic=clinic, actor=actor, at=at, spent=spent, earned=earned
    )
    _raise_standing(quoted)
    if quoted.quote.earned_points or quoted.quote.spend.points:
        outbox.enqueue(
            event=POINTS_EARNED,
            patient_id=receipt.patient_id,
            key=f"receipt:{receipt.pk}:posted",
            due_at=at,
            context={"receipt": receipt.pk},
            at=at,
        )
    last = prolonged or earned or spent
    return receipt, last.balance if last else quoted.member.standing.account.balance


def _spend(quoted: QuotedReceipt, *, document: str, actor: User, at: datetime) -> Posted | None:
    quote = quoted.quote
    if not quote.spend.points:
        return None
    return posting.spend(
        account_id=quoted.member.standing.account_id,
        units=quote.spend.points,
        key=f"receipt:{DESK}:{document}:spend",
        at=quoted.quoted_at,
        recorded_at=at,
        actor_id=actor.pk,
        explanation={"spend": quote.explanation()["spend"]},
        program_version_id=quoted.running.version_id,
        source=Source.DESK,
    )


def _earn(quoted: QuotedReceipt, *, document: str, actor: User, at: datetime) -> Posted | None:
    quote, standing = quoted.quote, quoted.member.standing
    if not quote.lots:
        return None
    tz = standing.patient.home_clinic.tz
    return posting.earn(
        account_id=standing.account_id,
        lots=[new_lot(plan, today=quoted.member.today, tz=tz) for plan in quote.lots],
        key=f"receipt:{DESK}:{document}:earn",
        at=quoted.quoted_at,
        rolling=_rolling_date(quoted),
        recorded_at=at,
        actor_id=actor.pk,
        explanation={"earnings": quote.explanation()["earnings"]},
        program_version_id=quoted.running.version_id,
        source=Source.DESK,
    )


def _prolong(quoted: QuotedReceipt, *, document: str) -> Posted | None:
    """A payment that earned nothing still moves the rolling date."""
    rolling = _rolling_date(quoted)
    if rolling is None:
        return None
    return posting.prolong(
        account_id=quoted.member.standing.account_id,
        rolling=rolling,
        key=f"receipt:{DESK}:{document}:prolong",
        at=quoted.quoted_at,
        source=Source.DESK,
    )


def _rolling_date(quoted: QuotedReceipt) -> DatedDay | None:
    """None when points do not roll, or no money was paid: a free visit prolongs nothing."""
    if not quoted.quote.money_kopecks:
        return None
    tz = quoted.member.standing.patient.home_clinic.tz
    return rolling_after_payment(quoted.running.program.life, paid_on=quoted.member.today, tz=tz)


def _insert_receipt(
    quoted: QuotedReceipt,
    *,
    document: str,
    clinic: Clinic,
    actor: User,
    at: datetime,
    spent: Posted | None,
    earned: Posted | None,
) -> Receipt:
    quote, draft = quoted.quote, quoted.draft
    receipt = Receipt.objects.create(
        clinic=clinic,
        patient_id=draft.patient_id,
        source_system=DESK,
        document=document,
        identified_by=draft.identified_by,
        paid_at=quoted.quoted_at,
        recorded_at=at,
        actor_id=actor.pk,
        program_version_id=quoted.running.version_id,
        tier=quote.tier or "",
        price=to_roubles(quote.total_kopecks),
        discount=to_roubles(quote.discount_kopecks),
        points_value=to_roubles(quote.total_kopecks - quote.discount_kopecks - quote.money_kopecks),
        paid=to_roubles(quote.money_kopecks),
        points_spent=quote.spend.points,
        points_earned=quote.earned_points,
        spend_operation_id=spent.operation_id if spent else None,
        earn_operation_id=earned.operation_id if earned else None,
        explanation=quote.explanation(),
    )
    lines = line_rows(receipt=receipt, drafted=draft.lines, quote=quote, catalogue=quoted.catalogue)
    ReceiptLine.objects.bulk_create(lines.values())
    Award.objects.bulk_create(award_rows(quote, lines=lines))
    return receipt


def _raise_standing(quoted: QuotedReceipt) -> None:
    """Count the visit; the tier it reaches holds from the next receipt on."""
    standing = quoted.member.standing
    paid: Decimal = to_roubles(quoted.quote.money_kopecks)
    tier = tier_after_recount(
        quoted.running.program,
        current=standing.tier or None,
        turnover_kopecks=to_kopecks(standing.turnover + paid),
    )
    changes: dict[str, object] = {"visits": F("visits") + 1, "turnover": F("turnover") + paid}
    if tier is not None:
        changes["tier"] = tier.code
    if paid:
        changes["last_paid_at"] = quoted.quoted_at
        if standing.first_paid_at is None:
            changes["first_paid_at"] = quoted.quoted_at
    Standing.objects.filter(pk=standing.pk).update(**changes)
