"""The message list of the admin."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications import relay
from notifications.models import OutboxMessage
from tests.notifications.greeting import NOON, queue
from tests.people import make_clinic, make_patient, make_rita, make_staff

pytestmark = pytest.mark.django_db
LIST = reverse("admin:notifications_outboxmessage_changelist")


def test_a_receptionist_sees_what_was_sent_with_the_address_masked(greeting, smsc, client):
    queue(make_patient())
    relay.send_due(at=NOON)
    client.force_login(make_rita())

    page = client.get(LIST).content.decode()

    assert "Ждём вас" in page
    assert "•••45-67" in page
    assert "+79161234567" not in page


def test_the_channel_is_called_the_same_in_the_list_and_on_the_page(greeting, smsc, client):
    message = queue(make_patient())
    relay.send_due(at=NOON)
    client.force_login(make_rita())

    listed = client.get(LIST).content.decode()
    page = client.get(reverse("admin:notifications_outboxmessage_change", args=[message.pk])).content.decode()

    assert "СМС •••45-67" in listed
    assert '<div class="readonly">СМС</div>' in page


def test_a_message_of_a_channel_that_is_gone_is_still_listed(greeting, client):
    queue(make_patient())
    OutboxMessage.objects.update(channel="VIBER", address="+79161234567")
    client.force_login(make_rita())

    assert "VIBER •••45-67" in client.get(LIST).content.decode()


def test_messages_of_another_clinics_patients_are_not_shown(greeting, client):
    queue(make_patient(clinic=make_clinic("omsk", timezone="Asia/Omsk")), text="Чужое")
    client.force_login(make_rita())

    assert OutboxMessage.objects.count() == 1
    assert client.get(LIST).context["cl"].result_count == 0


def test_a_patients_messages_are_found_by_phone(greeting, client):
    anna = queue(make_patient(), key="anna")
    queue(make_patient(last_name="Вера", phone="+79167654321"), key="vera")
    client.force_login(make_rita())

    found = client.get(LIST, {"q": "8 916 123-45-67"}).context["cl"].result_list

    assert list(found) == [anna]


def test_nobody_may_add_change_or_delete_a_message(greeting, client):
    message = queue(make_patient())
    client.force_login(make_staff("olga", "owner"))

    assert client.get(reverse("admin:notifications_outboxmessage_add")).status_code == 403
    address = reverse("admin:notifications_outboxmessage_change", args=[message.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"status": "SENT"}).status_code == 403
    assert client.post(reverse("admin:notifications_outboxmessage_delete", args=[message.pk])).status_code == 403
    message.refresh_from_db()
    assert message.status == "PENDING"


def test_a_channel_that_is_not_configured_shows_as_such(client, settings):
    settings.LOCAL_MODE = False
    settings.SMSC_LOGIN = ""
    settings.LANGUAGE_CODE = "en"
    client.force_login(make_rita())

    page = client.get(LIST, headers={"accept-language": "en"}).content.decode()

    assert "E-mail: configured" in page
    assert "SMS: not configured" in page


def test_the_list_costs_the_same_with_two_thousand_messages(greeting, client):
    anna = queue(make_patient()).patient
    rita = make_rita()
    client.force_login(rita)
    rows = [
        OutboxMessage(
            key=f"many:{number}", event="test.greeting", kind="SERVICE", patient=anna, created_at=NOON,
            due_at=NOON + timedelta(minutes=number), next_attempt_at=NOON,
        )
        for number in range(2000)
    ]  # fmt: skip
    OutboxMessage.objects.bulk_create(rows)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)

    assert response.context["cl"].result_count == 2001
    assert len(queries) <= 15
