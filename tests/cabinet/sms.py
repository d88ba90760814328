"""A stand-in for the SMS gateway: keeps what would have been sent, in the caller's thread."""

import re
from dataclasses import dataclass, field

import pytest

from notifications import immediate
from notifications.channels.base import Delivery, OutgoingMessage


@dataclass
class SmsBox:
    messages: list[OutgoingMessage] = field(default_factory=list)

    def send(self, message: OutgoingMessage) -> Delivery:
        self.messages.append(message)
        return Delivery(provider_id="box", text=message.short)

    @property
    def last_code(self) -> str:
        return re.search(r"\b\d{6}\b", self.messages[-1].short).group()


class InThisThread:
    def submit(self, function, *args):
        function(*args)


def open_sms_box(monkeypatch: pytest.MonkeyPatch) -> SmsBox:
    box = SmsBox()
    monkeypatch.setattr(immediate, "_senders", InThisThread())
    monkeypatch.setattr(immediate, "get_channel", lambda code: {"SMS": box}[code])
    return box
