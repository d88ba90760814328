"""Points given and taken by hand: by a named person, with a reason, within what their role may move in a day.

The patient reads the category, the staff the comment too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Abs

from clinics import audit
from clinics.calendar import local_date
from clinics.models import Clinic
from clinics.roles import MANAGER, OWNER, SENIOR
from loyalty.checkout.member_state import NoAccount
from loyalty.ledger import posting
from loyalty.ledger.posting import Posted
from loyalty.lot_dates import lot_for
from loyalty.models import Account, Entry, OperationKind, Source, Standing
from loyalty.program.versions import RunningProgram, current_program

# Points that a person of the role may move on one patient's account in a day, up and down together.
MOST_A_DAY = {SENIOR: 500, MANAGER: 5_000, OWNER: 50_000}


class ManualReason(StrEnum):
    """What the patient is told; the words are in `loyalty.texts.manual_points`."""

    APOLOGY = "APOLOGY"
    PROMISED = "PROMISED"
    MISTAKE = "MISTAKE"
    DECISION = "DECISION"


class AboveRole(Exception):
    """More than the person's role may move. `most` is the day's limit, `left` what it still allows."""

    def __init__(self, *, most: int, left: int) -> None:
        super().__init__(most, left)
        self.most = most
        self.left = left


@dataclass(frozen=True, slots=True)
class ManualAct:
    """`units` are signed points; `key` makes the act happen once."""

    patient_id: int
    units: int
    reason: ManualReason
    comment: str
    key: str


def most_a_day(user: User) -> int:
    """0 for whoever may move nothing."""
    if user.is_superuser:
        return MOST_A_DAY[OWNER]
    roles = user.groups.values_list("name", flat=True)
    return max((MOST_A_DAY.get(role, 0) for role in roles), default=0)


def move_points(act: ManualAct, *, actor: User, at: datetime) -> Posted:
    """Give or take the points. Own transaction; locks the account first. The same key gives the first act.

    Raises NoAccount, NoProgram, AboveRole, and what the ledger refuses: InsufficientPoints, AccountInDebt,
    KeyReused. A refusal writes nothing.
    """
    running = current_program(at=at)
    with transaction.atomic():
        standing = _lock_standing(act.patient_id)
        key = f"manual:{standing.account_id}:{act.key}"
        most = most_a_day(actor)
        left = most - _moved_today(standing, key=key, actor=actor, at=at)
        if abs(act.units) > left:
            raise AboveRole(most=most, left=max(left, 0))
        posted = _post(act, standing=standing, key=key, running=running, actor=actor, at=at)
        if not posted.is_duplicate:
            audit.record(
                code="points.given" if act.units > 0 else "points.taken",
                at=at,
                actor=actor,
                clinic=standing.patient.home_clinic,
                target=standing.patient,
                reason=act.comment,
                details={"operation": posted.operation_id, "points": act.units, "reason": act.reason},
            )
    return posted


def _lock_standing(patient_id: int) -> Standing:
    people = {"standing__patient": patient_id, "patient__merged_into": None, "patient__erased_at": None}
    if Account.objects.select_for_update(of=("self",)).filter(**people).first() is None:
        raise NoAccount(patient_id=patient_id)
    return Standing.objects.select_related("patient__home_clinic").get(patient=patient_id)


def _moved_today(standing: Standing, *, key: str, actor: User, at: datetime) -> int:
    """In the clinic's day, up and down; the act under this very key is no second one."""
    clinic: Clinic = standing.patient.home_clinic
    midnight = datetime.combine(local_date(at, clinic.tz), time(), tzinfo=clinic.tz).astimezone(UTC)
    moved = Entry.objects.filter(
        account=standing.account_id,
        operation__kind=OperationKind.ADJUST,
        operation__actor=actor,
        operation__effective_at__gte=midnight,
    ).exclude(operation__key=key)
    return moved.aggregate(units=Sum(Abs("units")))["units"] or 0


def _post(
    act: ManualAct, *, standing: Standing, key: str, running: RunningProgram, actor: User, at: datetime
) -> Posted:
    tz = standing.patient.home_clinic.tz
    # Only points that are given have a life.
    lot = lot_for(abs(act.units), life=running.program.life, given_on=local_date(at, tz), tz=tz)
    return posting.adjust(
        account_id=standing.account_id,
        units=act.units,
        key=key,
        at=at,
        last_day=lot.last_day,
        expires_at=lot.expires_at,
        never_burns=lot.never_burns,
        actor_id=actor.pk,
        reason=act.comment,
        explanation={"manual": act.reason, "points": act.units},
        program_version_id=running.version_id,
        source=Source.DESK,
    )
