"""Hours that a patient wants to be left in peace, and the way out of advertising."""

from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from notifications import relay
from notifications.models import MessageKind
from notifications.quiet_hours import quiet_end
from patients.consents import record_consent
from patients.preferences import keep_quiet
from patients.unsubscribe_links import unsubscribe_token
from tests.notifications import greeting as greeting_event
from tests.notifications.greeting import NOON, queue
from tests.people import make_patient

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = {"begins": time(22), "ends": time(9)}
NOON_HOURS = {"begins": time(11), "ends": time(13)}  # it is 12:00 in Moscow at NOON


def moscow(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("moment", "hours", "ends"),
    [
        (moscow(2026, 11, 13, 21, 59, 59), NIGHT, None),
        (moscow(2026, 11, 13, 22, 0), NIGHT, moscow(2026, 11, 14, 9, 0)),
        (moscow(2026, 11, 13, 23, 59), NIGHT, moscow(2026, 11, 14, 9, 0)),
        (moscow(2026, 11, 14, 0, 0), NIGHT, moscow(2026, 11, 14, 9, 0)),
        (moscow(2026, 11, 14, 9, 0), NIGHT, None),
        (moscow(2026, 11, 14, 12, 0), NOON_HOURS, moscow(2026, 11, 14, 13, 0)),
        (moscow(2026, 11, 14, 13, 0), NOON_HOURS, None),
        (moscow(2026, 12, 31, 23, 0), NIGHT, moscow(2027, 1, 1, 9, 0)),
    ],
)
def test_quiet_hours_end_by_the_local_clock(moment, hours, ends):
    assert quiet_end(moment.astimezone(UTC), zone=MOSCOW, **hours) == ends


@pytest.mark.django_db
def test_message_waits_for_the_end_of_the_quiet_hours_and_no_attempt_is_counted(greeting, smsc):
    anna = make_patient()
    keep_quiet(patient=anna, **NOON_HOURS)
    message = queue(anna)

    relay.send_due(at=NOON)

    message.refresh_from_db()
    assert (message.status, message.attempts) == ("PENDING", 0)
    assert message.next_attempt_at == NOON + timedelta(hours=1)
    assert smsc.accepted == []
    relay.send_due(at=NOON + timedelta(hours=1))
    assert [sms["mes"] for sms in smsc.accepted] == ["Ждём вас"]


@pytest.mark.django_db
def test_code_comes_at_any_hour(smsc):
    anna = make_patient()
    keep_quiet(patient=anna, **NOON_HOURS)
    with greeting_event.registered(MessageKind.CODE):
        queue(anna)

        relay.send_due(at=NOON)

    assert [sms["mes"] for sms in smsc.accepted] == ["Ждём вас"]


@pytest.mark.django_db
def test_advertising_letter_carries_a_one_tap_way_out(mail_sink, settings):
    settings.PUBLIC_URL = "https://lk.clinic.example/"
    anna = make_patient(email="anna@example.org")
    record_consent(patient=anna, kind="ADVERTISING", granted=True, source="DESK", at=NOON)
    anna.preferred_channel = "EMAIL"
    anna.save(update_fields=["preferred_channel"])
    with greeting_event.registered(MessageKind.ADVERTISING):
        message = queue(anna)

        relay.send_due(at=NOON)

    ((_address, content),) = mail_sink.accepted
    letter = message_from_bytes(content, policy=policy.default)
    address = f"https://lk.clinic.example/u/{unsubscribe_token(anna.pk)}/"
    assert letter["List-Unsubscribe"] == f"<{address}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.get_content().strip().endswith(f"Без рекламы: {address}")
    message.refresh_from_db()
    assert message.body.endswith(address)
