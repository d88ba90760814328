"""The relay over a real SMTP server and a double of the SMS gateway."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from django.utils import translation
from django.utils.translation import get_language

from notifications import events, relay
from notifications.channels import email as email_channel
from notifications.models import MessageKind, OutboxMessage
from patients.consents import record_consent
from tests.notifications import greeting as greeting_event
from tests.notifications.greeting import NOON, queue
from tests.people import make_patient

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def make_anna(**fields):
    return make_patient(**({"email": "anna@example.org"} | fields))


def with_email(patient):
    patient.preferred_channel = "EMAIL"
    patient.save(update_fields=["preferred_channel"])
    return patient


def outcome(message) -> tuple[str, str]:
    """Status and the reason for it."""
    message.refresh_from_db()
    return message.status, message.skip_reason or message.error_code


def test_an_sms_goes_with_our_number_and_its_price_is_kept(greeting, smsc):
    message = queue(make_anna())

    batch = relay.send_due(at=NOON)

    message.refresh_from_db()
    assert batch.claimed == 1
    assert [(sms["phones"], sms["mes"], sms["id"]) for sms in smsc.accepted] == [
        ("+79161234567", "Ждём вас", str(message.pk))
    ]
    assert (message.status, message.sent_at, message.channel) == ("SENT", NOON, "SMS")
    assert (message.address, message.body) == ("+79161234567", "Ждём вас")
    assert (message.provider_id, message.parts, message.cost) == (str(message.pk), 1, Decimal("3.40"))
    assert (message.claimed_by, message.claimed_until, message.in_doubt) == ("", None, False)


def test_an_email_arrives_over_smtp_with_a_stable_message_id(greeting, mail_sink):
    message = queue(with_email(make_anna()))

    relay.send_due(at=NOON)

    ((address, content),) = mail_sink.accepted
    mail = message_from_bytes(content, policy=policy.default)
    assert address == "anna@example.org"
    assert mail["Subject"] == "Привет"
    assert mail["Message-ID"] == f"<outbox-{message.pk}@clinic.example>"
    assert mail.get_content().strip() == "Дорогой пациент! Ждём вас"
    assert outcome(message) == ("SENT", "")


def test_a_message_is_not_sent_before_its_moment(greeting, smsc):
    message = queue(make_anna(), due_at=NOON + MINUTE)

    assert relay.send_due(at=NOON).claimed == 0
    assert outcome(message) == ("PENDING", "")

    assert relay.send_due(at=NOON + MINUTE).claimed == 1
    assert outcome(message) == ("SENT", "")


def test_nothing_left_to_say_is_no_message(greeting, smsc):
    message = queue(make_anna(), text="")

    relay.send_due(at=NOON)

    assert outcome(message) == ("SKIPPED", "NOTHING_TO_SAY")
    assert smsc.accepted == []


def test_a_message_whose_time_has_passed_is_not_sent(greeting, smsc):
    message = queue(make_anna(), not_after=NOON + MINUTE)

    relay.send_due(at=NOON + 2 * MINUTE)

    assert outcome(message) == ("SKIPPED", "TOO_LATE")
    assert smsc.accepted == []


def test_without_any_consent_nothing_goes(greeting, smsc, mail_sink):
    message = queue(make_anna(consents=()))

    relay.send_due(at=NOON)

    assert outcome(message) == ("SKIPPED", "NO_CONSENT")
    assert (smsc.accepted, mail_sink.accepted) == ([], [])


def test_consent_to_service_messages_is_not_consent_to_advertising(smsc, mail_sink):
    with greeting_event.registered(MessageKind.ADVERTISING):
        message = queue(make_anna())

        relay.send_due(at=NOON)

    assert outcome(message) == ("SKIPPED", "NO_CONSENT")
    assert (smsc.accepted, mail_sink.accepted) == ([], [])


def test_a_channel_refused_by_the_patient_is_left_for_one_that_is_not(greeting, smsc, mail_sink):
    anna = make_anna()
    record_consent(patient=anna, kind="SERVICE", channel="SMS", granted=False, source="CABINET", at=NOON)
    message = queue(anna)

    relay.send_due(at=NOON)

    assert outcome(message) == ("SENT", "")
    assert message.channel == "EMAIL"
    assert (len(mail_sink.accepted), smsc.accepted) == (1, [])


def test_a_channel_that_is_not_configured_leaves_the_other_working(greeting, mail_sink, settings):
    settings.LOCAL_MODE = False
    settings.SMSC_LOGIN = ""
    message = queue(make_anna())

    relay.send_due(at=NOON)

    assert outcome(message) == ("SENT", "")
    assert message.channel == "EMAIL"


def test_without_a_configured_channel_the_message_says_so(greeting, settings):
    settings.LOCAL_MODE = False
    settings.SMSC_LOGIN = ""
    message = queue(make_anna(email=""))

    relay.send_due(at=NOON)

    assert outcome(message) == ("SKIPPED", "NO_CHANNEL")


def test_a_patient_without_an_address_is_a_reason_not_an_error(greeting, smsc):
    message = queue(make_anna(phone=None, email=""))

    relay.send_due(at=NOON)

    assert outcome(message) == ("SKIPPED", "NO_ADDRESS")


def test_no_money_at_the_gateway_waits_and_tells_the_staff(greeting, smsc, caplog):
    smsc.next_answers = [3]
    message = queue(make_anna())

    relay.send_due(at=NOON)

    assert outcome(message) == ("PENDING", "smsc-no-money")
    assert message.next_attempt_at == NOON + MINUTE
    assert "top up the account" in caplog.text

    relay.send_due(at=NOON + MINUTE)

    assert outcome(message) == ("SENT", "")
    assert len(smsc.accepted) == 1


def test_a_bad_number_is_never_tried_again(greeting, smsc):
    smsc.next_answers = [7]
    message = queue(make_anna())

    relay.send_due(at=NOON)

    assert outcome(message) == ("FAILED", "smsc-7")
    assert relay.send_due(at=NOON + timedelta(days=30)).claimed == 0
    assert smsc.accepted == []


def test_a_timeout_after_acceptance_sends_no_second_sms(greeting, smsc):
    smsc.next_answers = ["hang"]
    message = queue(make_anna())

    relay.send_due(at=NOON)

    assert outcome(message) == ("PENDING", "smsc-answer")
    assert message.in_doubt

    relay.send_due(at=NOON + MINUTE)

    assert outcome(message) == ("SENT", "")
    assert smsc.asked == [str(message.pk)]
    assert len(smsc.accepted) == 1
    assert message.cost == Decimal("3.40")


def test_while_the_gateway_cannot_be_asked_nothing_is_sent_again(greeting, smsc):
    smsc.next_answers = ["hang"]
    smsc.status_is_down = True
    message = queue(make_anna())
    relay.send_due(at=NOON)

    relay.send_due(at=NOON + MINUTE)

    assert outcome(message) == ("PENDING", "smsc-status-4")
    assert message.in_doubt
    assert message.next_attempt_at == NOON + 5 * MINUTE
    assert len(smsc.accepted) == 1


def test_a_gateway_that_never_got_the_message_gets_it_again(greeting, smsc, settings):
    settings.SMSC_BASE_URL = "http://127.0.0.1:9"
    message = queue(make_anna())
    relay.send_due(at=NOON)
    assert outcome(message) == ("PENDING", "smsc-answer")
    settings.SMSC_BASE_URL = smsc.url

    relay.send_due(at=NOON + MINUTE)

    assert outcome(message) == ("SENT", "")
    assert (smsc.asked, len(smsc.accepted)) == ([str(message.pk)], 1)


def test_a_message_is_given_up_after_the_last_attempt(greeting, smsc):
    smsc.next_answers = [4] * 20
    message = queue(make_anna())
    moment = NOON

    while relay.send_due(at=moment).claimed:
        moment += timedelta(days=1)

    assert outcome(message) == ("FAILED", "smsc-4")
    assert message.attempts == 12


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [("550 No such user", "FAILED", "smtp-550"), ("451 Try later", "PENDING", "smtp-451")],
)
def test_the_mail_servers_refusal_is_permanent_from_500_on(greeting, mail_sink, answer, status, code):
    mail_sink.refuse_with = answer
    message = queue(with_email(make_anna()))

    relay.send_due(at=NOON)

    assert outcome(message) == (status, code)
    assert not message.in_doubt


def test_a_mail_server_that_is_down_is_tried_again(greeting, mail_sink, settings):
    settings.EMAIL_PORT = 9
    message = queue(with_email(make_anna()))
    relay.send_due(at=NOON)
    assert outcome(message) == ("PENDING", "smtp-connect")
    settings.EMAIL_PORT = mail_sink.port

    relay.send_due(at=NOON + MINUTE)

    assert outcome(message) == ("SENT", "")
    assert len(mail_sink.accepted) == 1


def test_a_text_that_cannot_be_composed_holds_up_nobody(greeting, smsc):
    broken = queue(make_anna(), key="broken", text=7)
    whole = queue(make_patient(last_name="Вера", phone="+79167654321"), key="whole")

    relay.send_due(at=NOON)

    assert outcome(broken) == ("PENDING", "internal")
    assert outcome(whole) == ("SENT", "")


def test_an_event_the_worker_does_not_know_yet_waits(greeting, smsc):
    message = queue(make_anna())
    events.unregister(greeting_event.CODE)

    relay.send_due(at=NOON)

    assert outcome(message) == ("PENDING", "unknown-event")


def test_the_text_is_composed_in_the_patients_language(smsc):
    seen = []
    events.register(
        events.EventSpec(
            code=greeting_event.CODE,
            kind=MessageKind.SERVICE,
            title="",
            compose=lambda message, at: seen.append(get_language()),
        )
    )
    queue(make_anna(language="en"))

    with translation.override("ru"):
        relay.send_due(at=NOON)

    events.unregister(greeting_event.CODE)
    assert seen == ["en"]


def test_a_subject_never_breaks_the_mails_header(mail_sink):
    message = email_channel.OutgoingMessage(
        reference=1, address="anna@example.org", subject="Hello\nBcc: vera@example.org", body="-", short="-"
    )

    email_channel.EmailChannel().send(message)

    ((address, content),) = mail_sink.accepted
    mail = message_from_bytes(content, policy=policy.default)
    assert (address, mail["Bcc"]) == ("anna@example.org", None)


def test_local_mode_prints_sms_and_email(greeting, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.SMSC_LOGIN = ""
    sms = queue(make_anna(), key="sms")
    mail = queue(
        with_email(make_patient(last_name="Вера", phone="+79167654321", email="vera@example.org")), key="mail"
    )

    relay.send_due(at=NOON)

    assert [outcome(sms), outcome(mail)] == [("SENT", ""), ("SENT", "")]
    assert capsys.readouterr().out == (
        "[SMS] +79161234567\nЖдём вас\n\n[EMAIL] vera@example.org | Привет\nДорогой пациент! Ждём вас\n\n"
    )


def test_a_relay_that_has_lost_its_claim_changes_nothing(greeting, smsc, monkeypatch):
    message = queue(make_anna())
    real_route = relay.find_route

    def route_while_another_takes_over(**fields):
        OutboxMessage.objects.update(claimed_by="another")
        return real_route(**fields)

    monkeypatch.setattr(relay, "find_route", route_while_another_takes_over)

    batch = relay.send_due(at=NOON)

    assert batch.outcomes == {relay.Outcome.CLAIM_LOST: 1}
    assert outcome(message) == ("PENDING", "")
    assert (message.claimed_by, smsc.accepted) == ("another", [])


def test_what_is_late_waits_for_the_morning_and_the_night_is_no_attempt(greeting, smsc):
    evening = datetime(2026, 3, 10, 16, 50, tzinfo=UTC)  # 19:50 in Moscow; the relay comes at 20:06
    message = queue(make_anna(), due_at=evening)

    relay.send_due(at=evening + timedelta(minutes=16))

    assert (outcome(message), message.attempts) == (("PENDING", ""), 0)
    morning = datetime(2026, 3, 11, 7, 0, tzinfo=UTC)
    assert message.next_attempt_at == morning
    assert smsc.accepted == []
    relay.send_due(at=morning)
    assert len(smsc.accepted) == 1


def test_what_has_just_happened_is_told_at_nine_in_the_evening(greeting, smsc):
    evening = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
    queue(make_anna(), due_at=evening)

    relay.send_due(at=evening + timedelta(minutes=15))

    assert len(smsc.accepted) == 1


def test_a_code_that_was_asked_for_goes_at_any_hour(smsc):
    night = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
    with greeting_event.registered(MessageKind.CODE):
        queue(make_anna(), due_at=night)

        relay.send_due(at=night + timedelta(hours=1))

    assert len(smsc.accepted) == 1
