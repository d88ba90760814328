"""Gives one-off gifts of points, each once per occasion, within the rule's limits.

What sets a gift off (a threshold, a review, a finished course) finds its occasion and calls here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from clinics.calendar import local_date
from loyalty.checkout.limit_use import LimitUsedUp, ReceiptPlace, give_back, read_used, take
from loyalty.ledger import posting
from loyalty.ledger.posting import Posted, TakeBackPolicy
from loyalty.lot_dates import lot_for
from loyalty.messages.events import GIFT_GIVEN
from loyalty.models import Account, Operation, OperationKind, Source, Standing
from loyalty.program.versions import RunningProgram, compiled_version
from loyalty.rules.compiled import Gift
from loyalty.rules.limits import within_limits
from notifications import outbox
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a patient gets a gift: `key` is unique per gift and patient, `facts` are codes and numbers."""

    standing: Standing  # with patient and home clinic
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    source: Source = Source.SYSTEM
    actor: User | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A gift given at `at`: the operation with its program's version, the patient with the home clinic."""

    operation: Operation
    rule_code: str
    points: int
    patient: Patient
    at: datetime


def give_gift(gift: Gift, occasion: Occasion, *, running: RunningProgram, at: datetime) -> Posted | None:
    """What was given: None when the occasion has had its gift, or a limit leaves nothing. Own transaction.

    Locks the patient's account, then the counts of the gift's limits. The patient is told.
    """
    standing = occasion.standing
    key = f"gift:{gift.code}:{standing.patient_id}:{occasion.key}"
    clinic = standing.patient.home_clinic
    today = local_date(at, clinic.tz)
    place = ReceiptPlace(standing.patient_id, clinic.code, today)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=standing.account_id)
        if Operation.objects.filter(key=key).exists():
            return None
        points, _reason = within_limits(gift.points, gift.limits, read_used(gift.limits, place))
        if not points:
            return None
        try:
            with transaction.atomic():
                take(gift.limits, lambda _code: points, place, at=at)
        except LimitUsedUp:
            return None
        posted = posting.earn(
            account_id=standing.account_id,
            lots=[lot_for(points, life=gift.life, given_on=today, tz=clinic.tz)],
            key=key,
            kind=OperationKind.GIFT,
            at=at,
            source=occasion.source,
            actor_id=occasion.actor.pk if occasion.actor else None,
            explanation={"rule": gift.code, "points": points, **occasion.facts},
            program_version_id=running.version_id,
        )
        outbox.enqueue(
            event=GIFT_GIVEN,
            patient_id=standing.patient_id,
            key=key,
            due_at=at,
            context={"operation": posted.operation_id, "version": running.version_id},
            at=at,
        )
    return posted


def take_gift_back(
    given: Given, *, key: str, at: datetime, explanation: Mapping[str, Any], actor: User | None
) -> int:
    """Points taken: what is left of the gift. What has been used or has burnt stays; its budget may give the rest.

    Call inside a transaction that holds the lock of the patient's account.
    """
    posted = posting.take_back(
        operation_id=given.operation.pk,
        units=given.points,
        key=key,
        at=at,
        policy=TakeBackPolicy.OWN_ONLY,
        actor_id=actor.pk if actor else None,
        explanation=explanation,
        program_version_id=given.operation.program_version_id,
        source=Source.DESK if actor else Source.SYSTEM,
    )
    taken = -posted.units
    if taken:
        _return_uses(given, points=taken)
    return taken


def _return_uses(given: Given, *, points: int) -> None:
    version = given.operation.program_version
    if version is None:
        return
    rules = compiled_version(version).gifts
    limits = [limit for rule in rules if rule.code == given.rule_code for limit in rule.limits]
    clinic = given.patient.home_clinic
    place = ReceiptPlace(given.patient.pk, clinic.code, local_date(given.at, clinic.tz))
    give_back(limits, {given.rule_code: points}, place)
