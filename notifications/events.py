"""What the portal can tell a patient: each event is registered by the app that owns it, in AppConfig.ready().

The outbox stores an event's code and ids only. The text is composed at the moment of sending, so it never
speaks of points that have been spent meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from notifications.models import MessageKind, OutboxMessage


class UnknownEvent(Exception):
    """No app has registered this event code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ComposedText:
    """A message in the patient's language. `short` is for SMS; `subject` and `short` say nothing medical.

    A text with a secret has its `kept` form: what the outbox keeps for the staff to read in its place.
    """

    subject: str
    body: str
    short: str
    kept: str = ""


Composer = Callable[[OutboxMessage, datetime], ComposedText | None]


@dataclass(frozen=True, slots=True)
class EventSpec:
    """An event and the function that words it; `compose` returns None when there is nothing to say any more.

    The composer runs outside of a transaction, with the patient's language active.
    """

    code: str
    kind: MessageKind
    title: str | Promise
    compose: Composer


_events: dict[str, EventSpec] = {}


def register(spec: EventSpec) -> None:
    """Make the event known; registering its code again replaces it."""
    _events[spec.code] = spec


def unregister(code: str) -> None:
    """Forget the event; for tests that register their own."""
    _events.pop(code, None)


def get_event(code: str) -> EventSpec:
    """Raises UnknownEvent."""
    try:
        return _events[code]
    except KeyError:
        raise UnknownEvent(code) from None


def registered_events() -> list[EventSpec]:
    """All events by code, for lists and settings pages."""
    return [_events[code] for code in sorted(_events)]
