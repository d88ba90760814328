"""Kill -9 at every named point of the relay, then run it again: nothing lost, no SMS doubled.

E-mail cannot be asked about, so a relay killed between sending and writing it down sends again, with the
same Message-ID; at every other point an e-mail goes once, too.
"""

import sys
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.db import connection
from django.db.models.functions import Now

from notifications import relay
from notifications.models import OutboxMessage
from tests.killed import run_killed
from tests.notifications.greeting import NOON, queue
from tests.people import make_patient

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = ["relay.after_claim", "relay.before_send", "relay.after_send", "relay.after_record"]
PHONES = ["+79161234567", "+79167654321", "+79160000001"]


def killed_relay(fail_point: str, **environment: str) -> None:
    command = [sys.executable, "-m", "tests.notifications.relay_child", connection.settings_dict["NAME"]]
    run_killed(command, fail_point=fail_point, **environment)


def leases_run_out() -> None:
    OutboxMessage.objects.filter(claimed_until__isnull=False).update(claimed_until=Now() - timedelta(seconds=1))


def queue_for_three(preferred_channel: str) -> None:
    for phone in PHONES:
        patient = make_patient(phone=phone, email=f"{phone[1:]}@example.org")
        patient.preferred_channel = preferred_channel
        patient.save(update_fields=["preferred_channel"])
        queue(patient, key=phone)


@pytest.mark.parametrize("fail_point", [*POINTS, *(f"{point}:2" for point in POINTS[1:])])
def test_a_killed_relay_loses_no_sms_and_doubles_none(greeting, smsc, fail_point):
    queue_for_three("SMS")

    killed_relay(
        fail_point, SMSC_BASE_URL=smsc.url, SMSC_LOGIN="clinic", SMSC_PASSWORD="secret", EMAIL_HOST="127.0.0.1"
    )
    leases_run_out()
    relay.send_due(at=NOON)

    assert sorted(sms["phones"] for sms in smsc.accepted) == sorted(PHONES)
    assert list(OutboxMessage.objects.values_list("status", flat=True)) == ["SENT"] * 3
    assert relay.send_due(at=NOON + timedelta(days=2)).claimed == 0


@pytest.mark.parametrize("fail_point", POINTS)
def test_a_killed_relay_loses_no_email_and_a_repetition_is_recognisable(greeting, mail_sink, fail_point):
    queue_for_three("EMAIL")

    killed_relay(
        fail_point,
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(mail_sink.port),
        DEFAULT_FROM_EMAIL="hello@clinic.example",
    )
    leases_run_out()
    relay.send_due(at=NOON)

    message_ids = [message_from_bytes(content)["Message-ID"] for _, content in mail_sink.accepted]
    assert len(set(message_ids)) == 3
    assert len(message_ids) == (4 if fail_point == "relay.after_send" else 3)
    assert list(OutboxMessage.objects.values_list("status", flat=True)) == ["SENT"] * 3


def test_until_the_lease_runs_out_nobody_else_takes_the_message(greeting, smsc):
    queue_for_three("SMS")
    killed_relay("relay.after_claim")

    assert relay.send_due(at=NOON).claimed == 0

    leases_run_out()
    assert relay.send_due(at=NOON).claimed == 3


def test_no_transaction_is_open_while_a_message_is_on_its_way(greeting, smsc, monkeypatch):
    queue_for_three("SMS")
    in_transaction = []
    real_send = smsc.send
    monkeypatch.setattr(relay.fail_points, "reached", lambda _: in_transaction.append(connection.in_atomic_block))
    smsc.send = lambda fields: in_transaction.append(OutboxMessage.objects.count() != 3) or real_send(fields)

    relay.send_due(at=NOON)

    assert set(in_transaction) == {False}
