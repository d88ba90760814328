"""Celery tasks of the notifications app."""

from typing import Any

from celery import shared_task

from clinics import clock
from notifications import relay as message_relay
from notifications.outbox import RELAY_TASK


@shared_task(name=RELAY_TASK)
def relay(**_unknown: Any) -> None:
    """Send what is due. Safe to run twice, at once or again: rows are claimed before they are sent."""
    while message_relay.send_due(at=clock.now()).claimed:
        pass
