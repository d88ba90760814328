"""The two ledger acts of a refund: spent points go back to their lots, earned points are taken back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from clinics.calendar import local_date
from loyalty.ledger import posting
from loyalty.ledger.kernel import Circumstances
from loyalty.ledger.posting import Posted, TakeBackPolicy
from loyalty.lot_dates import grace_day
from loyalty.models import Account, Entry, Lot, Operation, Receipt, Source
from loyalty.rules.compiled import CompiledProgram, NegativePolicy
from loyalty.rules.refunds import RefundPlan

POLICIES = {
    NegativePolicy.DEBT: TakeBackPolicy.DEBT,
    NegativePolicy.ZERO: TakeBackPolicy.ZERO,
    NegativePolicy.PENDING_ONLY: TakeBackPolicy.PENDING_ONLY,
}


@dataclass(frozen=True, slots=True)
class RefundActs:
    """What the ledger did. Of the planned take-back, what had burnt or stays by the policy was not taken."""

    return_operation_id: int | None = None
    renewed_points: int = 0  # of the returned ones: had burnt or were past their day
    renewed_last_day: date | None = None
    take_back_operation_id: int | None = None
    taken_points: int = 0
    burnt_points: int = 0
    forgiven_points: int = 0


def post_refund_acts(
    receipt: Receipt, *, plan: RefundPlan, program: CompiledProgram, key: str, actor_id: int, at: datetime
) -> RefundActs:
    """Spent points come back first: they can cover the take-back. The caller holds the account's lock."""
    circumstances: Circumstances = {
        "actor_id": actor_id,
        "program_version_id": receipt.program_version_id,
        "source": Source.DESK,
    }
    returned = _return_spent(receipt, plan, program=program, key=key, at=at, circumstances=circumstances)
    taken = _take_back(receipt, plan, program=program, key=key, at=at, circumstances=circumstances)
    renewed_points, renewed_last_day = _renewed(returned) if returned else (0, None)
    burnt = _burnt(_take_back_key(key)) if taken else 0
    return RefundActs(
        return_operation_id=returned.operation_id if returned else None,
        renewed_points=renewed_points,
        renewed_last_day=renewed_last_day,
        take_back_operation_id=taken.operation_id if taken else None,
        taken_points=-taken.units if taken else 0,
        burnt_points=burnt,
        forgiven_points=plan.taken_points - burnt + taken.units if taken else 0,
    )


def move_on_merged(receipt: Receipt, *, account: Account, key: str, at: datetime) -> None:
    """Of a card merged since: what the refund left on its old account, a debt too, moves on as all did."""
    operations = [receipt.spend_operation_id, receipt.earn_operation_id]
    old = Account.objects.filter(entries__operation__in=operations).exclude(pk=account.pk).distinct()
    for gone in old:
        posting.transfer(
            from_account_id=gone.pk, to_account_id=account.pk, key=f"refund:{key}:merged:{gone.pk}", at=at,
            source=Source.DESK,
        )  # fmt: skip


def _return_spent(
    receipt: Receipt,
    plan: RefundPlan,
    *,
    program: CompiledProgram,
    key: str,
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
        key=f"refund:{key}:return",
        at=at,
        grace=grace_day(today=local_date(at, tz), grace_days=program.lot_grace_days, tz=tz),
        **about,
    )


def _take_back(
    receipt: Receipt,
    plan: RefundPlan,
    *,
    program: CompiledProgram,
    key: str,
    at: datetime,
    circumstances: Circumstances,
) -> Posted | None:
    if not plan.taken_points or receipt.earn_operation_id is None:
        return None
    explanation = {"refund_of": receipt.pk, "rules": plan.taken_by_rule}
    about: Circumstances = {**circumstances, "explanation": explanation}
    return posting.take_back(
        operation_id=receipt.earn_operation_id,
        units=plan.taken_points,
        key=_take_back_key(key),
        at=at,
        policy=_policy(receipt, program=program),
        **about,
    )


def _policy(receipt: Receipt, *, program: CompiledProgram) -> TakeBackPolicy:
    """The points of a merged card lie on another account: as a debt the take-back reaches them there."""
    policy = POLICIES[program.negative_policy]
    is_merged = Entry.objects.filter(operation=receipt.earn_operation_id).exclude(
        account__patient=receipt.patient_id
    )
    return TakeBackPolicy.DEBT if policy is TakeBackPolicy.ZERO and is_merged.exists() else policy


def _take_back_key(refund_key: str) -> str:
    return f"refund:{refund_key}:take-back"


def _renewed(returned: Posted) -> tuple[int, date | None]:
    """Points of a return that came back as new lots, and the last day of those."""
    lots = (
        Lot.objects.filter(entry__operation=returned.operation_id)
        .values("last_day")
        .annotate(points=Sum("amount"))
        .order_by("last_day")
    )
    row = lots.first()
    return (row["points"], row["last_day"]) if row else (0, None)


def _burnt(key: str) -> int:
    """Points of the take-back under this key that had burnt, so that they were not taken a second time."""
    return Operation.objects.get(key=key).burnt_units or 0
