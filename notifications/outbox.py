"""Queue a message in the transaction of the act that causes it: the two stand or fall together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import connection, transaction

from notifications.events import get_event
from notifications.models import OutboxMessage

RELAY_TASK = "notifications.relay"
# A hint that nobody took in a minute is worthless: the sweep has come by meanwhile.
WAKE_EXPIRES_SECONDS = 60


class OutsideTransaction(Exception):
    """A message was queued outside of its act's transaction, where a crash could part the two."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to queue. `key` is its identity for ever; `context` holds ids, never names or sums."""

    patient_id: int
    key: str
    due_at: datetime
    context: dict[str, Any] = field(default_factory=dict)
    not_after: datetime | None = None


def enqueue(
    *,
    event: str,
    patient_id: int,
    key: str,
    due_at: datetime,
    context: dict[str, Any],
    at: datetime,
    not_after: datetime | None = None,
) -> None:
    """Queue one message; a key that is queued already changes nothing.

    Must run in the act's transaction, else raises OutsideTransaction. Raises UnknownEvent. `context` holds ids
    only: the text is composed at sending. After `not_after` the message is no longer worth sending.
    """
    draft = Draft(patient_id=patient_id, key=key, due_at=due_at, context=context, not_after=not_after)
    enqueue_all(event=event, drafts=[draft], at=at)


def enqueue_all(*, event: str, drafts: Iterable[Draft], at: datetime) -> None:
    """Queue many messages of one event with one statement; otherwise as `enqueue`."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(event)
    spec = get_event(event)
    messages = [
        OutboxMessage(
            key=draft.key,
            event=spec.code,
            kind=spec.kind,
            patient_id=draft.patient_id,
            context=draft.context,
            due_at=draft.due_at,
            next_attempt_at=draft.due_at,
            not_after=draft.not_after,
            created_at=at,
        )
        for draft in drafts
    ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)
    if any(message.due_at <= at for message in messages):
        wake()


def wake() -> None:
    """Ask the relay to look, once this transaction is committed.

    Only a hint: if the broker is down the message goes with the next sweep, and the act must not fail for it.
    """
    transaction.on_commit(_send_relay_task, robust=True)


def _send_relay_task() -> None:
    current_app.send_task(RELAY_TASK, expires=WAKE_EXPIRES_SECONDS, ignore_result=True, retry=False)
