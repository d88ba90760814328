"""What a stranger can learn or waste by the registration: nothing, and little."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache

from patients.models import Patient
from tests.cabinet.joining import PHONE, STORED_PHONE, new_visitor, prove_phone, tell
from tests.cabinet.pages import text_of, try_code, without_tokens, wrong
from tests.people import LONG_AGO, make_clinic, make_patient
from tests.programs import make_member, publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def program(db):
    make_clinic()
    publish_preset()


def ask(client, phone):
    return client.post("/join/", {"phone": phone}, follow=True)


def test_member_contact_and_stranger_get_the_same_bytes_and_each_a_code(client, sms):
    make_member("Петрова", "Вера", "+79160000001")
    make_patient("Седова", "Ольга", "+79161000001", consents=())
    visitors = [client, new_visitor(), new_visitor()]
    phones = ["8 916 000-00-01", "8 916 100-00-01", "8 916 200-00-01"]

    # All three are masked to the same text.
    with time_machine.travel(LONG_AGO, tick=False):
        pages = [ask(visitor, phone) for visitor, phone in zip(visitors, phones, strict=True)]
        refused = [try_code(visitor, wrong(sms.last_code)) for visitor in visitors]

    assert [message.address for message in sms.messages] == ["+79160000001", "+79161000001", "+79162000001"]
    for answers in (pages, refused):
        assert len({without_tokens(answer) for answer in answers}) == 1
        assert len({str(dict(answer.headers)) for answer in answers}) == 1
        assert {answer.status_code for answer in answers} == {200}


def test_known_and_unknown_phones_cost_nearly_the_same_number_of_queries(client, sms, django_assert_num_queries):
    make_member("Петрова", "Вера", "+79160000001")
    ask(client, "+79160000001")  # makes the user
    cache.clear()
    with django_assert_num_queries(100, exact=False) as for_known:
        new_visitor().post("/join/", {"phone": "+79160000001"})
    with django_assert_num_queries(100, exact=False) as for_unknown:
        new_visitor().post("/join/", {"phone": PHONE})

    assert abs(len(for_known) - len(for_unknown)) <= 1


def test_code_of_a_registration_makes_nobody_before_the_consents(client, sms):
    prove_phone(client, sms)

    assert (User.objects.count(), Patient.objects.count()) == (0, 0)
    assert STORED_PHONE not in client.get("/join/about/").content.decode()


def test_code_of_another_session_proves_nothing(client, sms):
    other = new_visitor()
    ask(client, PHONE)
    code = sms.last_code
    ask(other, "8 916 555-00-12")

    answer = try_code(other, code)

    assert "Код не подошёл. Проверьте последнее сообщение." in text_of(answer)
    assert tell(other)["Location"] == "/join/"


def test_five_wrong_codes_lock_the_phone_for_the_registration_too(client, sms):
    ask(client, PHONE)
    bad = wrong(sms.last_code)

    answers = [try_code(client, bad).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert ask(new_visitor(), PHONE).status_code == 429


def test_unknown_phone_typed_at_the_log_in_gets_its_code_at_the_registration_at_once(client, sms):
    client.post("/login/", {"phone": PHONE})
    assert sms.messages == []

    ask(client, PHONE)

    assert [message.address for message in sms.messages] == [STORED_PHONE]


def test_second_code_within_a_minute_is_not_sent_to_anybody(client, sms):
    ask(client, PHONE)

    again, elsewhere = ask(client, PHONE), ask(new_visitor(), PHONE)

    assert "Код отправили на +7 916 •••00-11" in text_of(again)
    assert "На этот номер код отправили меньше минуты назад." in text_of(elsewhere)
    assert len(sms.messages) == 1


def test_another_code_is_sent_to_a_stranger_after_a_minute(client, sms):
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        ask(client, PHONE)
        clock.shift(60)
        client.post("/login/code/again/")

        answer = try_code(client, sms.last_code)

    assert (len(sms.messages), answer["Location"]) == (2, "/join/about/")


def test_days_budget_of_codes_stops_pumping_whoever_the_phone_belongs_to(client, sms, settings, caplog):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"join_code_budget": "2/d/key"}
    make_member("Петрова", "Вера", "+79160000001")

    answers = [ask(new_visitor(), f"+7916555000{n}").status_code for n in range(3)]
    answers.append(ask(new_visitor(), "+79160000001").status_code)

    assert (answers, len(sms.messages)) == ([200, 200, 429, 429], 2)
    assert "codes for registrations are used up" in caplog.text


def test_account_that_has_become_staff_is_neither_entered_nor_joined(client, sms):
    contact = make_patient("Петрова", "Вера", STORED_PHONE, consents=())
    contact.user = User.objects.create_user("vera", is_staff=True)
    contact.save(update_fields=["user"])

    prove_phone(client, sms)
    answer = tell(client)

    assert answer["Location"] == "/login/"
    assert "_auth_user_id" not in client.session
