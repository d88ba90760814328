"""Who is kept out, and what a stranger can learn from the log-in: nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client

from notifications import immediate
from notifications.channels.base import TemporaryFailure
from patients.models import Patient
from tests.cabinet.pages import ask_code, log_in, text_of, try_code, without_tokens, wrong
from tests.cabinet.sms import InThisThread
from tests.people import LONG_AGO, make_patient, make_rita

pytestmark = pytest.mark.django_db

LOCKED = "Слишком много попыток. Попробуйте через 15 минут или спросите на стойке."
UNKNOWN = "8 916 999-99-99"


def fresh_client() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="ru")


def test_unknown_phone_makes_nothing_and_sends_nothing(client, sms):
    make_patient()

    answer = ask_code(client, UNKNOWN)

    assert answer.redirect_chain == [("/login/code/", 302)]
    assert (User.objects.count(), Patient.objects.count(), sms.messages) == (0, 1, [])


def test_known_and_unknown_phones_get_the_same_bytes(client, sms):
    make_patient()
    make_patient("Петрова", "Вера", "+79160000001")
    stranger = fresh_client()

    # Both numbers are masked to the same text; the second patient's first code makes their user.
    with time_machine.travel(LONG_AGO, tick=False):
        known = [ask_code(client, "8 916 000-00-01"), try_code(client, wrong(sms.last_code))]
        unknown = [ask_code(stranger, "8 916 999-00-01"), try_code(stranger, wrong(sms.last_code))]

    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown] == [200, 200]
    assert [without_tokens(answer) for answer in known] == [without_tokens(answer) for answer in unknown]
    assert [dict(answer.headers) for answer in known] == [dict(answer.headers) for answer in unknown]
    assert client.cookies.keys() == stranger.cookies.keys()


def test_known_and_unknown_phones_cost_nearly_the_same_number_of_queries(client, sms, django_assert_num_queries):
    anna = make_patient()
    ask_code(client)  # makes the user
    cache.clear()
    stranger = fresh_client()
    with django_assert_num_queries(100, exact=False) as for_known:
        fresh_client().post("/login/", {"phone": anna.phone})
    with django_assert_num_queries(100, exact=False) as for_unknown:
        stranger.post("/login/", {"phone": UNKNOWN})

    assert abs(len(for_known) - len(for_unknown)) <= 1


def test_five_wrong_codes_lock_for_fifteen_minutes(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        ask_code(client)
        bad = wrong(sms.last_code)
        answers = [try_code(client, bad) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
        assert LOCKED in text_of(answers[4])

        # The right code is of no use any more, nor is another session or another code.
        assert try_code(client, sms.last_code)["Location"] == "/login/"
        clock.shift(timedelta(minutes=14, seconds=59))
        refused = fresh_client().post("/login/", {"phone": "89161234567"})
        assert (refused.status_code, len(sms.messages)) == (429, 1)
        assert LOCKED in text_of(refused)

        clock.shift(timedelta(seconds=1))
        assert log_in(fresh_client(), sms).status_code == 302


def test_unknown_phone_is_locked_in_the_same_way(client, sms):
    ask_code(client, UNKNOWN)

    answers = [try_code(client, "123456") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert ask_code(fresh_client(), UNKNOWN).status_code == 429


def test_wrong_codes_add_up_over_sessions_and_codes(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        for _ in range(4):
            visitor = fresh_client()
            ask_code(visitor)
            assert try_code(visitor, wrong(sms.last_code)).status_code == 200
            clock.shift(timedelta(minutes=1))
        last = fresh_client()
        ask_code(last)

        answer = try_code(last, wrong(sms.last_code))

    assert answer.status_code == 429


def test_lock_of_one_phone_leaves_the_others_alone(client, sms):
    make_patient()
    make_patient("Петрова", "Вера", "+79160000001")
    ask_code(client)
    for _ in range(5):
        try_code(client, wrong(sms.last_code))

    assert log_in(fresh_client(), sms, "8 916 000-00-01").status_code == 302


def test_counts_of_very_many_other_phones_push_no_lock_out(client, sms):
    make_patient()
    ask_code(client)
    for _attempt in range(5):
        try_code(client, wrong(sms.last_code))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into portal_cache (cache_key, value, expires) "
            "select 'zz' || n, '', now() + interval '1 day' from generate_series(1, 2000) n"
        )

    ask_code(fresh_client(), UNKNOWN)

    assert LOCKED in text_of(ask_code(fresh_client()))


def test_right_code_forgets_the_wrong_ones(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        for _ in range(2):
            ask_code(client)
            for _ in range(4):
                assert try_code(client, wrong(sms.last_code)).status_code == 200
            assert try_code(client, sms.last_code).status_code == 302
            client.post("/logout/")
            clock.shift(timedelta(minutes=1))


def test_codes_to_one_phone_are_limited(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        for _ in range(5):
            ask_code(fresh_client())
            clock.shift(timedelta(minutes=1))

        answer = ask_code(fresh_client())

    assert (answer.status_code, len(sms.messages)) == (429, 5)


def test_codes_from_one_address_are_limited_over_all_phones(client, sms):
    answers = [client.post("/login/", {"phone": f"8916000{number:04d}"}) for number in range(21)]

    assert [answer.status_code for answer in answers] == [302] * 20 + [429]


def test_someone_elses_pause_is_told_without_saying_whose_phone_it_is(client, sms):
    make_patient()
    for phone in ("8 916 123-45-67", UNKNOWN):
        ask_code(fresh_client(), phone)

        page = text_of(ask_code(fresh_client(), phone))

        assert "На этот номер код отправили меньше минуты назад. Подождите минуту." in page


def test_gateway_that_fails_does_not_show_in_the_answer(client, monkeypatch, caplog):
    def refuse(message):
        raise TemporaryFailure("smsc-no-money")

    class Broken:
        send = staticmethod(refuse)

    monkeypatch.setattr(immediate, "_senders", InThisThread())
    monkeypatch.setattr(immediate, "get_channel", lambda code: Broken())
    make_patient()

    answer = ask_code(client)

    assert answer.status_code == 200
    assert "A one-time code was not sent: smsc-no-money" in caplog.text


@pytest.mark.parametrize("fact", ["is_staff", "is_superuser"])
def test_account_that_became_staff_gets_no_code(client, sms, fact):
    anna = make_patient()
    log_in(client, sms)
    User.objects.update(**{fact: True})
    cache.clear()

    ask_code(fresh_client())

    assert len(sms.messages) == 1
    assert client.get("/")["Location"] == "/login/?next=/"
    assert anna.pk == Patient.objects.get(user__is_active=True).pk


def test_account_that_became_staff_after_the_code_was_sent_is_not_entered(client, sms):
    make_patient()
    ask_code(client)
    User.objects.update(is_staff=True)

    answer = try_code(client, sms.last_code)

    assert "Код не подошёл. Проверьте последнее сообщение." in text_of(answer)
    assert "_auth_user_id" not in client.session


def test_code_is_void_once_the_phone_has_gone_to_another_patient(client, sms):
    anna = make_patient()
    ask_code(client)
    Patient.objects.filter(pk=anna.pk).update(phone="+79160000009")

    answer = try_code(client, sms.last_code)

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_switched_off_account_gets_no_code_and_loses_its_session(client, sms):
    make_patient()
    log_in(client, sms)
    User.objects.update(is_active=False)
    cache.clear()

    ask_code(fresh_client())

    assert len(sms.messages) == 1
    assert client.get("/")["Location"] == "/login/?next=/"


def test_merged_and_erased_patients_cannot_enter(client, sms):
    anna = make_patient()
    log_in(client, sms)
    Patient.objects.filter(pk=anna.pk).update(erased_at=LONG_AGO)
    cache.clear()

    ask_code(fresh_client())

    assert len(sms.messages) == 1
    assert client.get("/")["Location"] == "/login/?next=/"


def test_staff_see_no_cabinet_page_and_are_told_why(client):
    client.force_login(make_rita(), backend="clinics.role_backend.RoleBackend")

    answer = client.get("/", follow=True)

    assert answer.redirect_chain == [("/login/?next=/", 302)]
    assert "Вы вошли как сотрудник. Кабинет открывается только пациентам." in text_of(answer)


def test_staff_phone_that_is_also_a_patients_enters_the_patients_own_user(client, sms):
    rita = make_rita()
    make_patient("Петрова", "Рита", "+79160000002")

    log_in(client, sms, "8 916 000-00-02")

    assert client.session["_auth_user_id"] != str(rita.pk)
    assert User.objects.get(pk=client.session["_auth_user_id"]).is_staff is False


def test_patient_gets_no_admin_page(client, sms):
    make_patient()
    log_in(client, sms)

    answer = client.get("/admin/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/")


def test_patients_user_cannot_be_used_with_a_password(client, sms):
    make_patient()
    log_in(client, sms)
    visitor = fresh_client()

    for password in ("", "!", "patient"):
        assert visitor.login(username=User.objects.get().username, password=password) is False


@pytest.mark.parametrize(
    "path",
    [
        "/signup/", "/password/reset/", "/password/change/", "/email/", "/confirm-email/", "/accounts/login/",
        "/accounts/signup/", "/reauthenticate/", "/phone/change/", "/login/code/confirm/", "/inactive/",
    ],
)  # fmt: skip
def test_no_other_page_of_the_log_in_library_exists(client, path):
    assert client.get(path).status_code == 404
