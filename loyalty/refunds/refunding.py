"""Refunds a receipt, whole or in slices: spent points go back to their lots, earned points are taken back, money
is told to the desk.

A preview is the refund itself, undone: the two cannot differ.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from clinics import audit
from clinics.money import to_roubles
from loyalty.models import Account, Entry, PrivilegeCode, Receipt, ReceiptLine, Refund, RefundLine
from loyalty.privileges.returning import free_codes
from loyalty.program.versions import compiled_version
from loyalty.refunds.acts import RefundActs, move_on_merged, post_refund_acts
from loyalty.refunds.sold_receipt import read_sold_receipt
from loyalty.refunds.standing import lower_standing, move_rolling_date_back, return_uses
from loyalty.rules.quote import fingerprint_of
from loyalty.rules.refund_portions import EVERYTHING, Portion
from loyalty.rules.refunds import RefundPlan, after_refund
from loyalty.rules.sold import SoldReceipt
from loyalty.threshold_gifts import LapsedGift, lapse_unsupported


class RefundKeyReused(Exception):
    """The key belongs to another refund: of another receipt, or of another part of this one."""

    def __init__(self, *, first: Refund) -> None:
        super().__init__(first.key)
        self.first = first


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What to refund and why. `key` makes it happen once."""

    receipt_id: int
    key: str
    reason: str  # Refund.Reason
    note: str = ""
    portion: Portion = EVERYTHING


@dataclass(frozen=True, slots=True)
class RefundResult:
    """The refund with what it did, the receipt and the account after it. A repeated call has done nothing more."""

    refund: Refund
    plan: RefundPlan
    acts: RefundActs
    after: SoldReceipt  # what the next refund will find
    balance: int
    pending: int
    debt: int
    lapsed: tuple[LapsedGift, ...] = ()  # gifts for a sum that the payments no longer reach
    freed: tuple[PrivilegeCode, ...] = ()  # codes that may be used again, or whose points came back
    is_duplicate: bool = False

    @property
    def fingerprint(self) -> str:
        """Of what was asked and of all that is shown: another one must be looked at before the act."""
        refund, acts = self.refund, self.acts
        return fingerprint_of(
            {
                "portion": refund.portion,
                "money": str(refund.money),
                "returned": [refund.points_returned, acts.renewed_points, str(acts.renewed_last_day)],
                "taken": [refund.points_taken, acts.burnt_points, acts.forgiven_points],
                "account": [self.balance, self.pending, self.debt],
                "gifts": [[each.gift.rule_code, each.taken_points, each.kept_points] for each in self.lapsed],
                "codes": [[code.key, code.status] for code in self.freed],
                "left": [line.refunded_kopecks for line in self.after.lines],
            }
        )


class RefundChanged(Exception):
    """Something happened since the refund was shown; carries what it would be now. Nothing was posted."""

    def __init__(self, *, fresh: RefundResult) -> None:
        super().__init__()
        self.fresh = fresh


class _Undo(Exception):
    """Carries a preview's result out of the transaction that is rolled back."""

    def __init__(self, result: RefundResult) -> None:
        super().__init__()
        self.result = result


def preview_refund(wish: RefundWish, *, actor: User, at: datetime) -> RefundResult:
    """What `refund_receipt` would do now; nothing stays written. Raises what it raises."""
    try:
        with transaction.atomic():
            raise _Undo(refund_receipt(wish, actor=actor, at=at))
    except _Undo as undone:
        return undone.result


def confirm_refund(wish: RefundWish, *, shown: str, actor: User, at: datetime) -> RefundResult:
    """Refund the wished part if it still is what was shown: `shown` is the fingerprint of the preview.

    Raises RefundChanged, and what `refund_receipt` raises.
    """
    with transaction.atomic():
        result = refund_receipt(wish, actor=actor, at=at)
        if not result.is_duplicate and result.fingerprint != shown:
            raise RefundChanged(fresh=result)
    return result


def refund_receipt(wish: RefundWish, *, actor: User, at: datetime) -> RefundResult:
    """Refund the part that is wished. Own transaction; locks the patient's account first.

    Twice with one key gives the first refund. Raises Receipt.DoesNotExist, RefundKeyReused and what the portion
    raises: NothingLeft, MoreThanLeft, UnknownLine; a refusal writes nothing.
    """
    with transaction.atomic():
        receipts = Receipt.objects.select_related("program_version", "patient__home_clinic", "clinic")
        receipt = receipts.get(pk=wish.receipt_id)
        account = _lock_accounts(receipt)
        program = compiled_version(receipt.program_version)
        # Read under the lock: another desk may have refunded a slice meanwhile.
        sold = read_sold_receipt(receipt, program=program)
        first = Refund.objects.filter(key=wish.key).first()
        if first is not None:
            return _repeated(first, wish=wish, sold=sold, account=account)
        plan = wish.portion.plan(sold)
        acts = post_refund_acts(receipt, plan=plan, program=program, key=wish.key, actor_id=actor.pk, at=at)
        move_on_merged(receipt, account=account, key=wish.key, at=at)
        refund = _insert_refund(wish, plan=plan, acts=acts, actor=actor, at=at)
        lower_standing(receipt, plan=plan, at=at)
        return_uses(receipt, plan=plan, program=program)
        if plan.is_complete and receipt.paid:
            move_rolling_date_back(receipt, account=account, program=program, at=at, key=wish.key)
        freed = free_codes(receipt, at=at) if plan.is_complete else ()
        lapsed = lapse_unsupported(refund, receipt=receipt, actor=actor, at=at)
        audit.record(
            code="receipt.refunded",
            at=at,
            actor=actor,
            clinic=receipt.clinic,
            target=receipt,
            reason=refund.get_reason_display(),
            details={"refund": refund.pk},
        )
        account.refresh_from_db()
        after = after_refund(sold, plan)
        return _result(refund, plan=plan, acts=acts, after=after, account=account, lapsed=lapsed, freed=freed)


def _lock_accounts(receipt: Receipt) -> Account:
    """The patient's; of a merged card its old one too, on which the receipt's points were moved."""
    operations = [receipt.spend_operation_id, receipt.earn_operation_id]
    own = Q(standing__patient=receipt.patient_id)
    old = Q(pk__in=Entry.objects.filter(operation__in=operations).values("account"))
    rows = Account.objects.filter(own | old).order_by("pk").select_for_update(of=("self",))
    return next(row for row in rows if row.patient_id == receipt.patient_id)


def _repeated(first: Refund, *, wish: RefundWish, sold: SoldReceipt, account: Account) -> RefundResult:
    if first.receipt_id != wish.receipt_id or first.portion != wish.portion.as_json():
        raise RefundKeyReused(first=first)
    nothing_more = RefundPlan((), (), (), is_complete=first.is_complete, is_whole=False)
    return _result(first, plan=nothing_more, acts=RefundActs(), after=sold, account=account, is_duplicate=True)


def _result(
    refund: Refund,
    *,
    plan: RefundPlan,
    acts: RefundActs,
    after: SoldReceipt,
    account: Account,
    lapsed: tuple[LapsedGift, ...] = (),
    freed: tuple[PrivilegeCode, ...] = (),
    is_duplicate: bool = False,
) -> RefundResult:
    return RefundResult(
        refund=refund,
        plan=plan,
        acts=acts,
        after=after,
        balance=account.balance,
        pending=account.pending,
        debt=account.debt,
        lapsed=lapsed,
        freed=freed,
        is_duplicate=is_duplicate,
    )


def _insert_refund(wish: RefundWish, *, plan: RefundPlan, acts: RefundActs, actor: User, at: datetime) -> Refund:
    refund = Refund.objects.create(
        receipt_id=wish.receipt_id,
        key=wish.key,
        portion=wish.portion.as_json(),
        at=at,
        recorded_at=at,
        actor=actor,
        reason=wish.reason,
        note=wish.note,
        money=to_roubles(plan.money_kopecks),
        points_returned=plan.points,
        points_taken=acts.taken_points,
        is_complete=plan.is_complete,
        return_operation_id=acts.return_operation_id,
        take_back_operation_id=acts.take_back_operation_id,
    )
    line_ids = dict(ReceiptLine.objects.filter(receipt=wish.receipt_id).values_list("position", "id"))
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund,
            line_id=line_ids[line.position],
            price=to_roubles(line.refunded_kopecks),
            money=to_roubles(line.money_kopecks),
            points_returned=line.points,
        )
        for line in plan.lines
    )
    return refund
