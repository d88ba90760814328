"""Decides whether an event's messages are service or advertising; a one-time code is neither."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from notifications.events import registered_events
from notifications.models import EventChoice, MessageKind


def create_choices(**_signal: Any) -> None:
    """A row for every registered event that has none, of the kind it comes with. Runs after migrate."""
    specs = [spec for spec in registered_events() if spec.kind != MessageKind.CODE]
    EventChoice.objects.bulk_create(
        [EventChoice(event=spec.code, kind=spec.kind) for spec in specs], ignore_conflicts=True
    )


def chosen_kinds() -> dict[str, str]:
    """Event -> kind, by one query."""
    return dict(EventChoice.objects.values_list("event", "kind"))


def choose_kind(*, choice: EventChoice, kind: str, actor: User, at: datetime) -> bool:
    """False when it is so already. Own transaction, locks the row; the audit says who decided."""
    with transaction.atomic():
        stored = EventChoice.objects.select_for_update().get(pk=choice.pk)
        if stored.kind == kind:
            return False
        stored.kind = kind
        stored.save(update_fields=["kind"])
        audit.record(
            code="event.kind_changed",
            at=at,
            actor=actor,
            target=stored,
            details={"event": stored.event, "kind": kind},
        )
    return True
