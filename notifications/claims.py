"""Who is sending which message: a relay takes rows under a lease, so that two relays never send the same one.

Leases are measured on the database server's own clock: hosts may disagree, and the demo's clock may be moved.
Every change made under a claim says whose claim it is; a relay that has lost its lease changes nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from notifications.models import MessageStatus, OutboxMessage

# Longer than one sending with all its time-outs; the lease is renewed before each.
LEASE = timedelta(minutes=5)
WITH_PATIENT = (
    "patient__home_clinic",
    "patient__household__contact",
    "patient__merged_into__home_clinic",
    "patient__merged_into__household__contact",
)


def claim_due(*, claim: str, at: datetime, limit: int) -> list[OutboxMessage]:
    """Take up to `limit` messages due at `at`, the longest waiting first. Each claim counts as an attempt.

    Rows that another relay is just taking are passed over, not waited for.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    due = OutboxMessage.objects.filter(free, status=MessageStatus.PENDING, next_attempt_at__lte=at)
    with transaction.atomic():
        rows = due.select_for_update(skip_locked=True).order_by("next_attempt_at", "id")
        ids = list(rows.values_list("pk", flat=True)[:limit])
        OutboxMessage.objects.filter(pk__in=ids).update(
            claimed_by=claim, claimed_until=Now() + LEASE, attempts=F("attempts") + 1
        )
    return list(
        OutboxMessage.objects.filter(pk__in=ids).select_related(*WITH_PATIENT).order_by("next_attempt_at", "id")
    )


def begin_sending(*, message: OutboxMessage, claim: str, **as_sent: Any) -> bool:
    """Write down what is about to be sent and that its outcome is unknown; False when the claim is lost."""
    return bool(_held(message, claim).update(in_doubt=True, claimed_until=Now() + LEASE, **as_sent))


def settle(*, message: OutboxMessage, claim: str, status: MessageStatus, **outcome: Any) -> bool:
    """Give the message its final status; False when the claim is lost."""
    return bool(_held(message, claim).update(status=status, in_doubt=False, **_released(), **outcome))


def put_back(*, message: OutboxMessage, claim: str, next_attempt_at: datetime, **outcome: Any) -> bool:
    """Leave the message for a later attempt; False when the claim is lost."""
    return bool(_held(message, claim).update(next_attempt_at=next_attempt_at, **_released(), **outcome))


def _held(message: OutboxMessage, claim: str) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=message.pk, claimed_by=claim, status=MessageStatus.PENDING)


def _released() -> dict[str, Any]:
    return {"claimed_by": "", "claimed_until": None}
