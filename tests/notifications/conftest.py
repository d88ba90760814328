"""Gateways and events of the tests."""

import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from notifications.channels import sms_smsc
from tests.notifications import greeting as greeting_event
from tests.notifications.smsc_double import SmscDouble, running_smsc


@pytest.fixture
def greeting() -> Iterator[None]:
    with greeting_event.registered():
        yield


@pytest.fixture
def smsc(settings, monkeypatch) -> Iterator[SmscDouble]:
    """The SMS gateway, set up and reachable."""
    with running_smsc() as double:
        settings.SMSC_BASE_URL = double.url
        settings.SMSC_LOGIN = "clinic"
        settings.SMSC_PASSWORD = "secret"
        monkeypatch.setattr(sms_smsc, "ANSWER_TIMEOUT_SECONDS", 0.3)
        yield double


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MailSink:
    """A real SMTP server that keeps what it accepted."""

    def __init__(self) -> None:
        self.accepted = []
        self.refuse_with = ""
        self.port = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse_with:
            return self.refuse_with
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.accepted.append((envelope.rcpt_tos[0], envelope.content))
        return "250 OK"


@pytest.fixture
def mail_sink(settings) -> Iterator[MailSink]:
    sink = MailSink()
    sink.port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.DEFAULT_FROM_EMAIL = "Клиника <hello@clinic.example>"
    yield sink
    controller.stop()
