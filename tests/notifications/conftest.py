"""Events of the tests: what the outbox may carry without knowing about points."""

from collections.abc import Iterator

import pytest

from notifications import events
from notifications.models import MessageKind


@pytest.fixture
def greeting() -> Iterator[events.EventSpec]:
    """A service event whose text is what its context says; the text None says nothing."""
    with_text = events.EventSpec(
        code="test.greeting",
        kind=MessageKind.SERVICE,
        title="Greeting",
        compose=lambda message, at: _composed(message.context.get("text")),
    )
    events.register(with_text)
    yield with_text
    events.unregister(with_text.code)


def _composed(text: str | None) -> events.ComposedText | None:
    return events.ComposedText(subject="Hello", body=f"Dear patient, {text}", short=text) if text else None
