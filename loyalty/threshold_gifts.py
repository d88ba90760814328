"""Gifts for payments of a sum within some months: who has reached it, and what becomes of a gift after a refund.

A payment counts for one gift that stands. When a refund drops the payments of a gift below its sum, the gift
lapses: what is left of it is taken back, what has been used or has burnt stays, and the payments count again. The
next gift is smaller by what stayed, so that one sum never brings more than one gift.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Sum

from clinics import audit
from clinics.models import Clinic
from clinics.money import to_kopecks, to_roubles
from loyalty.gifts import Given, Occasion, give_gift, take_gift_back
from loyalty.models import Account, Receipt, Refund, Standing, ThresholdGift
from loyalty.program.versions import RunningProgram
from loyalty.rules.amounts import kopecks_of
from loyalty.rules.compiled import Gift

THRESHOLD = "threshold"
ONE_INSTANT = timedelta(microseconds=1)
# What was paid up to the last gift that stands has had its reward; what was paid before the program promised none.
REACHED = """
    select standing.id, coalesce(greatest(%(since)s, last_gift.at + interval '1 microsecond'), %(since)s),
           paid.money, kept.points
      from loyalty_standing standing
      join patients_patient patient on patient.id = standing.patient_id
      left join lateral (
            select max(gift.reached_at) as at
              from loyalty_thresholdgift gift
             where gift.patient_id = standing.patient_id and gift.rule_code = %(rule)s and gift.lapsed_at is null
           ) last_gift on true
      cross join lateral (
            select coalesce(sum(gift.kept_points), 0)::bigint as points
              from loyalty_thresholdgift gift
             where gift.patient_id = standing.patient_id and gift.rule_code = %(rule)s
               and gift.lapsed_at is not null and gift.reached_at > coalesce(last_gift.at, '-infinity')
           ) kept
      cross join lateral (
            select sum(receipt.paid - coalesce(
                     (select sum(refund.money) from loyalty_refund refund where refund.receipt_id = receipt.id), 0
                   )) as money
              from loyalty_receipt receipt
             where receipt.patient_id = standing.patient_id
               and receipt.paid_at between %(since)s and %(at)s
               and receipt.paid_at > coalesce(last_gift.at, '-infinity')
               and receipt.identified_by <> 'IMPORT'
           ) paid
     where patient.home_clinic_id = %(clinic)s and patient.status = 'MEMBER'
       and (%(standing)s::bigint is null or standing.id = %(standing)s)
       and standing.last_paid_at >= %(since)s and paid.money >= %(threshold)s
     order by standing.id"""


class Reached(NamedTuple):
    """Whose payments have reached the sum: those from `counted_from` on."""

    standing_id: int
    counted_from: datetime
    money: Decimal  # roubles, net of refunds
    kept_points: int  # of gifts that lapsed since the last one that stands


@dataclass(frozen=True, slots=True)
class LapsedGift:
    """A gift that a refund has undone."""

    gift: ThresholdGift
    taken_points: int
    kept_points: int


def find_reached(
    gift: Gift, *, clinic: Clinic, since: datetime, at: datetime, standing_id: int | None = None
) -> list[Reached]:
    """The clinic's members, or one of them, who have paid the sum between `since` and `at`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            REACHED,
            {
                "rule": gift.code,
                "since": since,
                "at": at,
                "clinic": clinic.pk,
                "threshold": threshold_of(gift),
                "standing": standing_id,
            },
        )
        return [Reached._make(row) for row in cursor.fetchall()]


def threshold_of(gift: Gift) -> Decimal:
    """In roubles."""
    return to_roubles(kopecks_of(gift.trigger["roubles"]))


def give_threshold_gift(
    gift: Gift, standing: Standing, *, since: datetime, key: str, running: RunningProgram, at: datetime
) -> int:
    """Points given to who has paid the sum between `since` and `at`; `key` is of the occasion. Own transaction.

    Locks the account and counts anew: a refund may have been faster. Nothing is given when a limit leaves nothing;
    the payments then go on counting.
    """
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=standing.account_id)
        clinic = standing.patient.home_clinic
        found = find_reached(gift, clinic=clinic, since=since, at=at, standing_id=standing.pk)
        if not found:
            return 0
        reached = found[0]
        wanted = max(0, gift.points - reached.kept_points)
        facts = {"paid_kopecks": to_kopecks(reached.money), "since": reached.counted_from.isoformat()}
        occasion = Occasion(standing=standing, key=key, facts=facts)
        operation = give_gift(replace(gift, points=wanted), occasion, running=running, at=at) if wanted else None
        if wanted and operation is None:
            return 0
        points = operation.units if operation else 0
        ThresholdGift.objects.create(
            patient_id=standing.patient_id,
            rule_code=gift.code,
            threshold=threshold_of(gift),
            counted_from=reached.counted_from,
            reached_at=at,
            points=points,
            operation_id=operation.operation_id if operation else None,
        )
    return points


def lapse_unsupported(refund: Refund, *, receipt: Receipt, actor: User, at: datetime) -> tuple[LapsedGift, ...]:
    """Undo the gifts whose payments the refund has dropped below their sum. The caller locks the account."""
    return tuple(
        _lapse(gift, money=money, refund=refund, receipt=receipt, actor=actor, at=at)
        for gift, money in _unsupported(receipt)
    )


def _unsupported(receipt: Receipt) -> Iterator[tuple[ThresholdGift, Decimal]]:
    """The gifts that the receipt was counted for and that stand no longer, with what is left of their payments."""
    standing = ThresholdGift.objects.filter(
        patient=receipt.patient_id,
        lapsed_at=None,
        counted_from__lte=receipt.paid_at,
        reached_at__gte=receipt.paid_at,
    )
    for gift in standing.select_related("operation__program_version").order_by("reached_at"):
        counted = Receipt.objects.filter(
            patient=receipt.patient_id, paid_at__range=(gift.counted_from, gift.reached_at)
        ).exclude(identified_by=Receipt.IdentifiedBy.IMPORT)
        paid = counted.aggregate(money=Sum("paid", default=0))["money"]
        returned = Refund.objects.filter(receipt__in=counted).aggregate(money=Sum("money", default=0))["money"]
        if paid - returned < gift.threshold:
            yield gift, paid - returned


def _lapse(
    gift: ThresholdGift, *, money: Decimal, refund: Refund, receipt: Receipt, actor: User, at: datetime
) -> LapsedGift:
    taken = 0
    if gift.operation is not None:
        about = {"lapsed_gift": gift.rule_code, "paid_kopecks": to_kopecks(money)}
        taken = take_gift_back(
            Given(gift.operation, gift.rule_code, gift.points, receipt.patient, gift.reached_at),
            key=f"gift-lapsed:{gift.pk}",
            at=at,
            explanation={**about, "threshold_kopecks": to_kopecks(gift.threshold), "refund_of": receipt.pk},
            actor=actor,
        )
    gift.lapsed_at = at
    gift.kept_points = gift.points - taken
    gift.save(update_fields=["lapsed_at", "kept_points"])
    audit.record(
        code="gift.lapsed",
        at=at,
        actor=actor,
        clinic=receipt.clinic,
        target=receipt,
        details={"rule": gift.rule_code, "taken": taken, "kept": gift.kept_points, "refund": refund.pk},
    )
    return LapsedGift(gift=gift, taken_points=taken, kept_points=gift.kept_points)
