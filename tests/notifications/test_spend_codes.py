"""The SMS by which a patient agrees to spend, from the wish to the phone; the staff never read its digits."""

import re
from datetime import timedelta

import pytest

from loyalty.messages.spend_codes import CodeHasNoRoute, send_spend_code
from notifications import relay
from notifications.models import OutboxMessage, SkipReason
from notifications.sms_parts import count_parts
from patients.consents import record_consent
from patients.models import Household, SpendCode
from patients.spend_codes import TooManyCodes, code_digits
from patients.spend_proofs import ProofRequest, prove_by_code
from tests.notifications.greeting import NOON
from tests.people import make_clinic, make_patient, make_rita

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rita():
    return make_rita()


def send_code(patient, rita, *, now=NOON):
    return send_spend_code(patient=patient, clinic=make_clinic(), actor=rita, at=now, now=now)


def wait_out(minutes):
    """The message as a relay finds it that was down so long."""
    relay.send_due(at=NOON + minutes * MINUTE)
    return OutboxMessage.objects.get()


def test_patient_gets_the_code_and_what_it_is_for_in_one_sms(smsc, rita):
    shown = send_code(make_patient(), rita)

    relay.send_due(at=NOON)

    digits = code_digits(SpendCode.objects.get())
    (sms,) = smsc.accepted
    assert sms["mes"] == f"Код {digits}, чтобы списать баллы. Скажите администратору."
    assert (sms["phones"], shown) == ("+79161234567", "•••45-67")
    assert count_parts(sms["mes"]) == 1


def test_patient_who_reads_english_gets_it_in_english(smsc, rita):
    send_code(make_patient(language="en"), rita)

    relay.send_due(at=NOON)

    digits = code_digits(SpendCode.objects.get())
    assert smsc.accepted[0]["mes"] == f"Code {digits} to spend your points. Tell it to the receptionist."


def test_outbox_keeps_the_message_without_its_digits(smsc, rita):
    send_code(make_patient(), rita)
    digits = code_digits(SpendCode.objects.get())

    relay.send_due(at=NOON)

    message = OutboxMessage.objects.get()
    assert (message.status, message.body) == ("SENT", "Код ••••, чтобы списать баллы. Скажите администратору.")
    assert not any(re.search(rf"\b{digits}\b", str(value)) for value in vars(message).values())


def test_digits_stay_hidden_when_the_answer_of_the_gateway_was_lost(smsc, rita):
    smsc.next_answers = ["hang"]
    send_code(make_patient(), rita)
    relay.send_due(at=NOON)
    OutboxMessage.objects.update(next_attempt_at=NOON)

    relay.send_due(at=NOON)

    message = OutboxMessage.objects.get()
    assert (message.status, message.body[:8], len(smsc.accepted)) == ("SENT", "Код ••••", 1)


def test_code_goes_by_sms_although_the_patient_prefers_mail(smsc, mail_sink, rita):
    anna = make_patient(email="anna@example.org")
    anna.preferred_channel = "EMAIL"
    anna.save(update_fields=["preferred_channel"])

    send_code(anna, rita)
    relay.send_due(at=NOON)

    assert (len(smsc.accepted), mail_sink.accepted) == (1, [])


def test_code_that_was_asked_for_needs_no_consent_to_service_messages(smsc, rita):
    anna = make_patient()
    record_consent(patient=anna, kind="SERVICE", granted=False, source="CABINET", at=NOON)

    send_code(anna, rita)
    relay.send_due(at=NOON)

    assert len(smsc.accepted) == 1


def test_child_gets_the_code_on_the_phone_of_the_household(smsc, rita):
    child = make_patient("Иванова", "Оля", phone=None)
    child.household = Household.objects.create(name="Ивановы", contact=make_patient())
    child.save(update_fields=["household"])

    assert send_code(child, rita) == "•••45-67"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"phone": None}, SkipReason.NO_ADDRESS), ({"consents": ()}, SkipReason.NO_CONSENT)],
    ids=["no phone", "no consent to personal data"],
)
def test_code_that_could_reach_nobody_is_not_made(rita, fields, reason):
    with pytest.raises(CodeHasNoRoute) as refused:
        send_code(make_patient(**fields), rita)

    assert refused.value.reason is reason
    assert (SpendCode.objects.count(), OutboxMessage.objects.count()) == (0, 0)


def test_second_code_within_a_minute_is_refused_and_nothing_is_queued(rita):
    anna = make_patient()
    send_code(anna, rita)

    with pytest.raises(TooManyCodes):
        send_code(anna, rita, now=NOON + MINUTE / 2)

    assert (SpendCode.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_code_that_comes_too_late_is_not_sent(smsc, rita):
    send_code(make_patient(), rita)

    message = wait_out(11)

    assert (message.status, message.skip_reason, smsc.accepted) == ("SKIPPED", "TOO_LATE", [])


def test_code_that_has_been_used_is_not_sent_again(smsc, rita):
    anna = make_patient()
    send_code(anna, rita)
    asked = ProofRequest(patient_id=anna.pk, clinic=make_clinic(), actor=rita, at=NOON, now=NOON, key="quote")
    prove_by_code(code_digits(SpendCode.objects.get()), request=asked)

    message = wait_out(1)

    assert (message.skip_reason, smsc.accepted) == ("NOTHING_TO_SAY", [])
