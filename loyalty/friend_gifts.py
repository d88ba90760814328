"""Gifts to an inviter for a friend's first paid visit: whose is due, and what becomes of it after a full refund.

A visit counts by the program of its own moment: what was paid before the program promised the gift brings none.
Both acts are the night's, so that a payment or a refund of one patient never waits for the account of another.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from clinics.models import Clinic
from loyalty.gifts import Given, Occasion, give_gift, take_gift_back
from loyalty.models import Account, FriendGift, ProgramVersion, Refund, Standing
from loyalty.program.versions import RunningProgram, compiled_version
from loyalty.rules.compiled import Gift

FRIEND_PAID = "friend_paid"
# Who recommended the clinic is often asked after the first visit has been paid.
ASKED_WITHIN = timedelta(hours=24)
# The first visit paid in money that stands; who has paid in another system before is no new friend.
DUE = """
    select edge.inviter_id, edge.patient_id as friend_id, visit.id as receipt_id, visit.program_version_id
      from patients_referral edge
      join patients_patient inviter on inviter.id = edge.inviter_id
      join patients_patient friend on friend.id = edge.patient_id
      join loyalty_standing standing on standing.patient_id = edge.inviter_id
      cross join lateral (
            select receipt.id, receipt.paid_at, receipt.identified_by, receipt.program_version_id
              from loyalty_receipt receipt
             where receipt.patient_id = edge.patient_id and receipt.paid > 0 and receipt.paid_at <= %(at)s
               and not exists (
                     select from loyalty_refund refund where refund.receipt_id = receipt.id and refund.is_complete
                   )
             order by receipt.paid_at, receipt.id
             limit 1
           ) visit
     where inviter.home_clinic_id = %(clinic)s and inviter.status = 'MEMBER'
       and inviter.merged_into_id is null and inviter.erased_at is null and friend.status = 'MEMBER'
       and (%(friend)s::bigint is null or friend.id = %(friend)s)
       and visit.identified_by <> 'IMPORT' and visit.paid_at >= edge.set_at - %(asked_within)s
       and not exists (
             select from loyalty_friendgift given
              where given.friend_id = edge.patient_id and given.undone_at is null
           )
     order by edge.id"""


class Due(NamedTuple):
    """A friend whose first paid visit nobody has been thanked for."""

    inviter_id: int
    friend_id: int
    receipt_id: int
    version_id: int


def find_due(*, clinic: Clinic, at: datetime, friend_id: int | None = None) -> list[Due]:
    """Of the inviters whose home clinic it is; of one friend if wanted. One query."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"clinic": clinic.pk, "at": at, "asked_within": ASKED_WITHIN, "friend": friend_id}
        cursor.execute(DUE, values)
        return [Due._make(row) for row in cursor.fetchall()]


def give_friend_gift(due: Due, *, clinic: Clinic, at: datetime) -> int:
    """Points given to the inviter: 0 when the program of the visit has no such gift, or a limit leaves nothing.

    Own transaction; locks their account and looks anew: a refund or another worker may have been faster.
    """
    version = ProgramVersion.objects.get(pk=due.version_id)
    running = RunningProgram(version.pk, version.number, compiled_version(version))
    given = 0
    with transaction.atomic():
        standing = Standing.objects.select_related("patient__home_clinic").get(patient=due.inviter_id)
        Account.objects.select_for_update().get(pk=standing.account_id)
        if due not in find_due(clinic=clinic, at=at, friend_id=due.friend_id):
            return 0
        for gift in _rules(running):
            given += _give(gift, due, standing, running=running, at=at)
    return given


def find_undone(*, clinic: Clinic) -> list[FriendGift]:
    """Gifts that stand though their visit has been refunded in full."""
    refunded = Refund.objects.filter(is_complete=True).values("receipt")
    gifts = FriendGift.objects.filter(undone_at=None, inviter__home_clinic=clinic, receipt__in=refunded)
    return list(gifts.select_related("operation__program_version", "inviter__home_clinic").order_by("id"))


def undo_friend_gift(gift: FriendGift, *, at: datetime) -> int:
    """Points taken back: what is left of the gift; what has been used or has burnt stays.

    Own transaction; locks the inviter's account.
    """
    with transaction.atomic():
        Account.objects.select_for_update().get(patient=gift.inviter_id)
        locked = FriendGift.objects.get(pk=gift.pk)
        if locked.undone_at is not None:
            return 0
        given = Given(gift.operation, gift.rule_code, gift.points, gift.inviter, gift.given_at)
        taken = take_gift_back(
            given,
            key=f"friend-gift-undone:{gift.pk}",
            at=at,
            explanation={"undone_gift": gift.rule_code},
            actor=None,
        )
        locked.undone_at = at
        locked.kept_points = gift.points - taken
        locked.save(update_fields=["undone_at", "kept_points"])
    return taken


def _rules(running: RunningProgram) -> Iterator[Gift]:
    return (gift for gift in running.program.gifts if gift.trigger["kind"] == FRIEND_PAID)


def _give(gift: Gift, due: Due, standing: Standing, *, running: RunningProgram, at: datetime) -> int:
    # Without facts: the inviter may read them, and a receipt is the friend's own.
    posted = give_gift(gift, Occasion(standing, key=f"friend:{due.receipt_id}"), running=running, at=at)
    if posted is None or posted.operation_id is None:
        return 0
    FriendGift.objects.create(
        inviter_id=due.inviter_id,
        friend_id=due.friend_id,
        rule_code=gift.code,
        receipt_id=due.receipt_id,
        points=posted.units,
        operation_id=posted.operation_id,
        given_at=at,
    )
    return posted.units
