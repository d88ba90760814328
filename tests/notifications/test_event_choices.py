"""Whether a message is service or advertising is the network's to choose."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from clinics.models import AuditEvent
from notifications import relay
from notifications.event_choices import choose_kind, create_choices
from notifications.events import registered_events
from notifications.models import EventChoice, MessageKind, OutboxMessage
from tests.notifications.greeting import CODE, NOON, queue
from tests.people import make_patient, make_staff

pytestmark = pytest.mark.django_db
BURNING = "points.burning_soon"


def choose(kind, event=CODE):
    choice, _is_new = EventChoice.objects.get_or_create(event=event, defaults={"kind": MessageKind.SERVICE})
    return choose_kind(choice=choice, kind=kind, actor=User.objects.create(username="maria"), at=NOON)


def test_every_event_but_a_code_begins_with_the_kind_it_comes_with(greeting):
    create_choices()
    create_choices()

    expected = {spec.code: spec.kind for spec in registered_events() if spec.kind != MessageKind.CODE}
    assert dict(EventChoice.objects.values_list("event", "kind")) == expected
    assert expected[BURNING] == "SERVICE"


def test_advertising_goes_to_nobody_who_agreed_to_service_messages_alone(greeting, smsc):
    waiting = queue(make_patient())
    choose(MessageKind.ADVERTISING)

    relay.send_due(at=NOON)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.skip_reason, waiting.kind) == ("SKIPPED", "NO_CONSENT", "ADVERTISING")
    assert smsc.accepted == []


def test_advertising_goes_to_whoever_agreed_to_it(greeting, smsc):
    queue(make_patient(consents=(("PERSONAL_DATA", ""), ("ADVERTISING", ""))))
    choose(MessageKind.ADVERTISING)

    relay.send_due(at=NOON)

    assert OutboxMessage.objects.get().kind == "ADVERTISING"
    assert len(smsc.accepted) == 1


def test_choice_is_told_to_the_audit_once(greeting):
    assert choose(MessageKind.ADVERTISING)

    choice = EventChoice.objects.get(event=CODE)
    assert not choose_kind(choice=choice, kind=choice.kind, actor=User.objects.get(), at=NOON)

    event = AuditEvent.objects.get()
    assert (event.code, event.details) == ("event.kind_changed", {"event": CODE, "kind": "ADVERTISING"})


def test_one_time_code_is_no_kind_to_choose():
    with pytest.raises(IntegrityError):
        EventChoice.objects.create(event="spend.code", kind=MessageKind.CODE)


def test_manager_chooses_in_the_admin_and_nobody_adds_or_deletes(client):
    create_choices()
    choice = EventChoice.objects.get(event=BURNING)
    client.force_login(make_staff("maria", "manager"))
    page = client.get("/admin/notifications/eventchoice/").content.decode()
    assert "Баллы скоро сгорят" in page

    address = f"/admin/notifications/eventchoice/{choice.pk}/"
    answers = [
        client.post(f"{address}change/", {"kind": "CODE", "event": "x"}).status_code,
        client.post(f"{address}delete/", {"post": "yes"}).status_code,
        client.get("/admin/notifications/eventchoice/add/").status_code,
    ]
    client.post(f"{address}change/", {"kind": "ADVERTISING", "event": "x"})

    choice.refresh_from_db()
    assert answers == [200, 403, 403]
    assert (choice.event, choice.kind) == (BURNING, "ADVERTISING")
    assert AuditEvent.objects.get().actor.username == "maria"
