"""An event of the tests: it says what its context holds, so the outbox needs no points."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import transaction

from notifications import events, outbox
from notifications.models import MessageKind, OutboxMessage

NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
CODE = "test.greeting"


def compose(message, at):
    text = message.context.get("text")
    if not text:
        return None
    return events.ComposedText(subject="Привет", body=f"Дорогой пациент! {text}", short=text)


@contextmanager
def registered(kind: str = MessageKind.SERVICE) -> Iterator[None]:
    events.register(events.EventSpec(code=CODE, kind=MessageKind(kind), title="Greeting", compose=compose))
    yield
    events.unregister(CODE)


def queue(patient, key="greeting:1", text="Ждём вас", due_at=NOON, **fields) -> OutboxMessage:
    with transaction.atomic():
        outbox.enqueue(
            event=CODE,
            patient_id=patient.pk,
            key=key,
            due_at=due_at,
            context={"text": text},
            at=NOON,
            **fields,
        )
    return OutboxMessage.objects.get(key=key)
