"""Refunds a receipt: spent points go back to their lots, earned points are taken back, money is told to the desk.

A preview is the refund itself, undone: the two cannot differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Sum

from clinics import audit
from clinics.calendar import local_date
from clinics.money import to_roubles
from loyalty.ledger import posting
from loyalty.ledger.kernel import Circumstances
from loyalty.ledger.posting import Posted, TakeBackPolicy
from loyalty.lot_dates import dated_day, grace_day
from loyalty.models import Account, Lot, Receipt, ReceiptLine, Refund, RefundLine, Source, Standing
from loyalty.program.versions import compiled_version
from loyalty.rules.compiled import CompiledProgram, NegativePolicy
from loyalty.rules.life import rolling_date_after_full_refund
from loyalty.rules.refunds import NothingLeft, RefundPlan, SoldReceipt, plan_full_refund
from loyalty.sold_receipt import read_sold_receipt

Planner = Callable[[SoldReceipt], RefundPlan]

POLICIES = {
    NegativePolicy.DEBT: TakeBackPolicy.DEBT,
    NegativePolicy.ZERO: TakeBackPolicy.ZERO,
    NegativePolicy.PENDING_ONLY: TakeBackPolicy.PENDING_ONLY,
}

__all__ = ["NothingLeft", "RefundResult", "RefundWish", "preview_refund", "refund_receipt"]


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What to refund and why. `key` makes it happen once; `planner` decides how much (all that is left)."""

    receipt_id: int
    key: str
    reason: str  # Refund.Reason
    note: str = ""
    planner: Planner = plan_full_refund


@dataclass(frozen=True, slots=True)
class RefundResult:
    """`renewed_points` of the returned ones had burnt or were past their day and live until `renewed_last_day`."""

    refund: Refund
    plan: RefundPlan
    balance: int
    debt: int
    renewed_points: int = 0
    renewed_last_day: date | None = None
    is_duplicate: bool = False


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


def refund_receipt(wish: RefundWish, *, actor: User, at: datetime) -> RefundResult:
    """Refund what the wish plans. Own transaction; locks the patient's account first.

    Twice with one key gives the first refund. Raises Receipt.DoesNotExist, NothingLeft and what the planner
    raises; a refusal writes nothing.
    """
    with transaction.atomic():
        receipt = Receipt.objects.select_related("program_version", "patient__home_clinic").get(pk=wish.receipt_id)
        account = Account.objects.select_for_update(of=("self",)).get(standing__patient=receipt.patient_id)
        program = compiled_version(receipt.program_version)
        sold = read_sold_receipt(receipt, program=program)
        first = Refund.objects.filter(key=wish.key).first()
        if first is not None:
            return _repeated(first, account=account)
        plan = wish.planner(sold)
        refund, renewed = _post(wish, receipt=receipt, plan=plan, program=program, actor=actor, at=at)
        _lower_standing(receipt, plan=plan)
        if plan.is_complete and receipt.paid:
            _move_rolling_date_back(receipt, account=account, program=program, at=at, key=wish.key)
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
        return RefundResult(
            refund=refund,
            plan=plan,
            balance=account.balance,
            debt=account.debt,
            renewed_points=renewed[0],
            renewed_last_day=renewed[1],
        )


def _repeated(first: Refund, *, account: Account) -> RefundResult:
    nothing_more = RefundPlan(lines=(), take_backs=(), is_complete=first.is_complete, is_whole=False)
    return RefundResult(
        refund=first, plan=nothing_more, balance=account.balance, debt=account.debt, is_duplicate=True
    )


def _post(
    wish: RefundWish, *, receipt: Receipt, plan: RefundPlan, program: CompiledProgram, actor: User, at: datetime
) -> tuple[Refund, tuple[int, date | None]]:
    """Ledger acts and rows of the refund. Spent points come back first: they can cover the take-back."""
    circumstances: Circumstances = {
        "actor_id": actor.pk,
        "program_version_id": receipt.program_version_id,
        "source": Source.DESK,
    }
    returned = _return_spent(wish, receipt, plan, program=program, at=at, circumstances=circumstances)
    taken = _take_back(wish, receipt, plan, program=program, at=at, circumstances=circumstances)
    refund = Refund.objects.create(
        receipt=receipt,
        key=wish.key,
        at=at,
        recorded_at=at,
        actor=actor,
        reason=wish.reason,
        note=wish.note,
        money=to_roubles(plan.money_kopecks),
        points_returned=plan.points,
        points_taken=-taken.units if taken else 0,
        is_complete=plan.is_complete,
        return_operation_id=returned.operation_id if returned else None,
        take_back_operation_id=taken.operation_id if taken else None,
    )
    _insert_lines(refund, plan=plan)
    return refund, _renewed(returned.operation_id) if returned else (0, None)


def _return_spent(
    wish: RefundWish,
    receipt: Receipt,
    plan: RefundPlan,
    *,
    program: CompiledProgram,
    at: datetime,
    circumstances: Circumstances,
) -> Posted | None:
    if not plan.points or receipt.spend_operation_id is None:
        return None
    tz = receipt.patient.home_clinic.tz
    about: Circumstances = {**circumstances, "explanation": {"refund_of": receipt.pk}}
    return posting.return_spent(
        operation_id=receipt.spend_operation_id,
        units=plan.points,
        key=f"refund:{wish.key}:return",
        at=at,
        grace=grace_day(today=local_date(at, tz), grace_days=program.lot_grace_days, tz=tz),
        **about,
    )


def _take_back(
    wish: RefundWish,
    receipt: Receipt,
    plan: RefundPlan,
    *,
    program: CompiledProgram,
    at: datetime,
    circumstances: Circumstances,
) -> Posted | None:
    if not plan.taken_points or receipt.earn_operation_id is None:
        return None
    rules = {item.rule_code: item.points for item in plan.take_backs}
    about: Circumstances = {**circumstances, "explanation": {"refund_of": receipt.pk, "rules": rules}}
    return posting.take_back(
        operation_id=receipt.earn_operation_id,
        units=plan.taken_points,
        key=f"refund:{wish.key}:take-back",
        at=at,
        policy=POLICIES[program.negative_policy],
        **about,
    )


def _insert_lines(refund: Refund, *, plan: RefundPlan) -> None:
    line_ids = dict(ReceiptLine.objects.filter(receipt=refund.receipt_id).values_list("position", "id"))
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


def _renewed(operation_id: int | None) -> tuple[int, date | None]:
    """Points of a return that came back as new lots, and the last day of those."""
    lots = (
        Lot.objects.filter(entry__operation=operation_id)
        .values("last_day")
        .annotate(points=Sum("amount"))
        .order_by("last_day")
    )
    row = lots.first()
    return (row["points"], row["last_day"]) if row else (0, None)


def _lower_standing(receipt: Receipt, *, plan: RefundPlan) -> None:
    """Turnover is net of refunds. The tier follows the downgrade policy, which never lowers it at once."""
    Standing.objects.filter(patient=receipt.patient_id).update(
        turnover=F("turnover") - to_roubles(plan.money_kopecks),
        visits=F("visits") - (1 if plan.is_complete else 0),
    )


def _move_rolling_date_back(
    receipt: Receipt, *, account: Account, program: CompiledProgram, at: datetime, key: str
) -> None:
    """Only a full refund of a payment moves the date back, to what the payments that stand have earned."""
    tz = receipt.patient.home_clinic.tz
    standing_payment = (
        Receipt.objects.filter(patient=receipt.patient_id, paid__gt=0)
        .exclude(refunds__is_complete=True)
        .order_by("-paid_at")
        .values_list("paid_at", flat=True)
        .first()
    )
    day = rolling_date_after_full_refund(
        program.life,
        # Imported payments may be older than the account.
        lived_from=local_date(max(standing_payment or account.opened_at, account.opened_at), tz),
        stored=account.rolling_until,
        today=local_date(at, tz),
        grace_days=program.lot_grace_days,
    )
    if day is not None and day != account.rolling_until:
        posting.set_rolling(
            account_id=account.pk,
            rolling=dated_day(day, tz),
            key=f"refund:{key}:rolling",
            at=at,
            source=Source.DESK,
        )
