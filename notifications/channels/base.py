"""What every channel offers to the relay, and how it reports a failure.

A channel never touches the database and never decides whether a message may go: the relay does.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from patients.models import Patient


class DeliveryError(Exception):
    """An attempt that did not end with an acceptance. `code` is stable, `detail` is the provider's own text."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class TemporaryFailure(DeliveryError):
    """Surely not accepted; the same message may pass later."""


class PermanentFailure(DeliveryError):
    """Surely not accepted, and never will be: a wrong address, a forbidden text."""


class UnknownOutcome(DeliveryError):
    """The line broke after the message may have been accepted: ask before sending again."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A composed message. `reference` is our own number of it, the same in every attempt.

    `unsubscribe_url` is where advertising is stopped; empty in all other messages.
    """

    reference: int
    address: str
    subject: str
    body: str
    short: str
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The provider has accepted the message. `text` is what was sent; `cost` is in roubles, None when unknown."""

    provider_id: str
    text: str
    parts: int | None = None
    cost: Decimal | None = None


class Channel(Protocol):
    """`send` and `find_delivery` raise the three errors above and nothing else for a provider's refusal."""

    code: str

    def is_configured(self) -> bool: ...

    def address_of(self, patient: Patient) -> str:
        """The patient's address in this channel, empty when there is none."""
        ...

    def text_of(self, message: OutgoingMessage) -> str:
        """What `send` will send as the message's text."""
        ...

    def send(self, message: OutgoingMessage) -> Delivery: ...

    def find_delivery(self, message: OutgoingMessage) -> Delivery | None:
        """Whether the provider has accepted `message.reference` before; None when it has not.

        A channel that can never be asked returns None and makes a repeated message recognisable instead; one that
        could not be asked this time raises UnknownOutcome.
        """
        ...
