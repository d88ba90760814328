"""Two relays at once on committed rows, after the control that shows what happens without claims."""

import threading
from collections import Counter

import pytest
from django.db import connection

from notifications import claims, relay
from notifications.models import OutboxMessage
from tests.notifications.greeting import NOON, queue
from tests.people import make_patient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
MESSAGES = 30


def queue_many() -> None:
    anna = make_patient()
    for number in range(MESSAGES):
        queue(anna, key=f"greeting:{number}")


def run_together(work) -> None:
    """Two threads that begin at once."""
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        work()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def relay_until_nothing_is_due() -> None:
    while relay.send_due(at=NOON, limit=5).claimed:
        pass


def test_control_relays_that_read_and_then_take_send_twice(greeting, smsc, monkeypatch):
    queue_many()
    both_have_read = threading.Barrier(2, timeout=10)

    def read_then_take(*, claim, at, limit):
        rows = list(OutboxMessage.objects.filter(status="PENDING").select_related(*claims.WITH_PATIENT))
        both_have_read.wait()
        OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_by=claim)
        return rows

    monkeypatch.setattr(claims, "claim_due", read_then_take)
    monkeypatch.setattr(claims, "begin_sending", lambda **_: True)

    run_together(lambda: relay.send_due(at=NOON))

    assert len(smsc.accepted) == 2 * MESSAGES


def test_two_relays_send_each_message_once(greeting, smsc):
    queue_many()

    run_together(relay_until_nothing_is_due)

    sent = Counter(sms["id"] for sms in smsc.accepted)
    assert len(sent) == MESSAGES
    assert set(sent.values()) == {1}
    assert OutboxMessage.objects.filter(status="SENT", attempts=1).count() == MESSAGES
