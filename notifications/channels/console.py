"""Local mode's stand-in for a gateway: the message is printed to the worker's console."""

import sys

from notifications.channels.base import Channel, Delivery, OutgoingMessage
from notifications.sms_parts import count_parts
from patients.models import Patient


class ConsoleChannel:
    """Prints what `original` would have sent; addresses and texts are the original's."""

    def __init__(self, original: Channel) -> None:
        self.original = original
        self.code = original.code

    def is_configured(self) -> bool:
        return True

    def address_of(self, patient: Patient) -> str:
        return self.original.address_of(patient)

    def text_of(self, message: OutgoingMessage) -> str:
        return self.original.text_of(message)

    def send(self, message: OutgoingMessage) -> Delivery:
        text = self.text_of(message)
        heading = f"[{self.code}] {message.address}" + (f" | {message.subject}" if self.code == "EMAIL" else "")
        sys.stdout.write(f"{heading}\n{text}\n\n")
        sys.stdout.flush()
        parts = count_parts(text) if self.code == "SMS" else None
        return Delivery(provider_id=f"console-{message.reference}", text=text, parts=parts)

    def find_delivery(self, message: OutgoingMessage) -> Delivery | None:
        return None
