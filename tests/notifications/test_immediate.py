"""Secrets are sent at once, from another thread, and leave nothing behind."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from notifications import immediate
from notifications.models import OutboxMessage
from tests.notifications.smsc_double import running_smsc

PHONE = "+79161234567"
TEXT = "Код 482115. Никому не говорите.\n@lk.clinic.ru #482115"


@pytest.fixture
def send(monkeypatch):
    """Sends and waits for the thread."""
    threads = ThreadPoolExecutor(1)
    monkeypatch.setattr(immediate, "_senders", threads)

    def send_and_wait():
        immediate.send_secret(phone=PHONE, text=TEXT)
        threads.shutdown()

    return send_and_wait


def test_local_mode_prints_the_secret_to_the_console(send, capsys):
    send()

    assert capsys.readouterr().out == f"[SMS] {PHONE}\n{TEXT}\n\n"


@pytest.mark.django_db
def test_gateway_gets_the_text_under_a_number_no_message_of_the_outbox_has(send, settings, capsys):
    with running_smsc() as smsc:
        settings.SMSC_BASE_URL, settings.SMSC_LOGIN, settings.SMSC_PASSWORD = smsc.url, "clinic", "secret"
        send()

    assert [(sms["phones"], sms["mes"]) for sms in smsc.accepted] == [(PHONE, TEXT)]
    assert 2**30 <= int(smsc.accepted[0]["id"]) < 2**31
    assert OutboxMessage.objects.count() == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("answer", [3, 7, "hang"])
def test_refusal_is_logged_without_the_text_and_not_raised(send, settings, caplog, monkeypatch, answer):
    monkeypatch.setattr("notifications.channels.sms_smsc.ANSWER_TIMEOUT_SECONDS", 0.2)
    with running_smsc() as smsc:
        settings.SMSC_BASE_URL, settings.SMSC_LOGIN, settings.SMSC_PASSWORD = smsc.url, "clinic", "secret"
        smsc.next_answers = [answer]
        send()

    assert "A one-time code was not sent" in caplog.text
    assert "482115" not in caplog.text
    assert len(smsc.accepted) <= 1
