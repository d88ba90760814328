"""Queueing a message: with the act, once per key, with a hint to the relay after the commit."""

from datetime import timedelta

import pytest
from django.db import transaction

from notifications import outbox
from notifications.events import UnknownEvent
from notifications.models import OutboxMessage
from tests.notifications.greeting import NOON
from tests.people import make_patient


def queue(patient, key="greeting:1", due_at=NOON, **fields):
    outbox.enqueue(
        event="test.greeting",
        patient_id=patient.pk,
        key=key,
        due_at=due_at,
        context={"visit": 7},
        at=NOON,
        **fields,
    )


@pytest.mark.django_db
def test_a_queued_message_waits_for_its_moment_with_ids_only(greeting):
    anna = make_patient()

    queue(anna, due_at=NOON + timedelta(days=1), not_after=NOON + timedelta(days=2))

    message = OutboxMessage.objects.get()
    assert (message.status, message.kind, message.context) == ("PENDING", "SERVICE", {"visit": 7})
    assert message.next_attempt_at == message.due_at == NOON + timedelta(days=1)
    assert message.not_after == NOON + timedelta(days=2)
    assert (message.address, message.body) == ("", "")


@pytest.mark.django_db
def test_the_same_key_queues_one_message(greeting):
    anna = make_patient()

    queue(anna)
    queue(anna, due_at=NOON + timedelta(days=5))

    assert OutboxMessage.objects.get().due_at == NOON


@pytest.mark.django_db
def test_an_event_nobody_registered_is_refused():
    anna = make_patient()

    with pytest.raises(UnknownEvent):
        queue(anna)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_of_an_acts_transaction_is_refused(greeting):
    anna = make_patient()

    with pytest.raises(outbox.OutsideTransaction):
        queue(anna)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_message_vanishes_with_the_act_that_failed(greeting):
    anna = make_patient()

    with transaction.atomic():
        queue(anna)
        transaction.set_rollback(True)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_the_relay_is_woken_after_the_commit_only_when_something_is_due(
    greeting, monkeypatch, django_capture_on_commit_callbacks
):
    anna = make_patient()
    sent = []
    monkeypatch.setattr(outbox.current_app, "send_task", lambda name, **options: sent.append(name))

    with django_capture_on_commit_callbacks(execute=True):
        queue(anna, key="later", due_at=NOON + timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        queue(anna, key="now")

    assert sent == ["notifications.relay"]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_spoil_the_act(greeting, monkeypatch):
    anna = make_patient()

    def broken(name, **options):
        raise ConnectionError

    monkeypatch.setattr(outbox.current_app, "send_task", broken)

    with transaction.atomic():
        queue(anna)

    assert OutboxMessage.objects.count() == 1
