"""Log-in by phone and one-time code."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from notifications.models import OutboxMessage
from patients.models import Patient
from tests.cabinet.pages import ask_code, log_in, text_of, try_code, wrong
from tests.people import LONG_AGO, make_patient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", ["+7 916 123-45-67", "89161234567", "9161234567", "916 123 45 67", "8(916)123-45-67"]
)
def test_patient_enters_with_the_phone_in_any_spelling(client, sms, typed):
    make_patient()

    ask_code(client, typed)
    answer = try_code(client, sms.last_code)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Здравствуйте, Анна" in text_of(client.get("/"))


def test_code_pasted_with_a_space_is_accepted(client, sms):
    make_patient()
    ask_code(client)

    answer = try_code(client, f" {sms.last_code[:3]} {sms.last_code[3:]}")

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_code_field_is_one_and_lets_the_phone_fill_it_in(client, sms):
    make_patient()

    page = ask_code(client).content.decode()

    assert page.count('autocomplete="one-time-code"') == 1
    assert page.count('inputmode="numeric"') == 1
    assert 'maxlength="6"' not in page


def test_sms_ends_with_the_host_and_fits_into_one_part(client, sms, settings):
    settings.PUBLIC_URL = "https://lk.clinic.ru"
    make_patient()

    ask_code(client)

    code = sms.last_code
    assert sms.messages[0].address == "+79161234567"
    assert sms.messages[0].short == f"Код {code}. Никому не говорите.\n@lk.clinic.ru #{code}"
    assert len(sms.messages[0].short) <= 70


def test_sms_with_a_very_long_host_keeps_the_code_and_drops_the_host(client, sms, settings):
    settings.PUBLIC_URL = "https://cabinet.loyalty.some-very-long-clinic-name.example"
    make_patient()

    ask_code(client)

    assert sms.messages[0].short == f"Код {sms.last_code}. Никому не говорите."


def test_sms_is_in_the_patients_language(client, sms, settings):
    settings.PUBLIC_URL = "https://lk.clinic.ru"
    make_patient(language="en")

    ask_code(client)

    assert sms.messages[0].short == f"Code {sms.last_code}. Tell nobody.\n@lk.clinic.ru #{sms.last_code}"


def test_code_is_kept_neither_in_the_session_nor_among_the_messages(client, sms):
    make_patient()

    ask_code(client)

    assert sms.last_code not in str(dict(client.session))
    assert OutboxMessage.objects.count() == 0


def test_code_page_shows_the_masked_phone(client, sms):
    make_patient()

    page = text_of(ask_code(client))

    assert "Код отправили на +7 916 •••45-67" in page
    assert "Изменить номер" in page
    assert "+7 916 123-45-67" not in page


def test_what_is_not_a_phone_is_refused_in_words_and_kept_in_the_field(client, sms):
    make_patient()

    answer = client.post("/login/", {"phone": "916 12"})

    assert "Это не целый номер телефона. Введите все цифры, например 8 916 123-45-67." in text_of(answer)
    assert 'value="916 12"' in answer.content.decode()
    assert sms.messages == []


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_not_six_digits_is_refused_and_is_not_a_try(client, sms, typed):
    make_patient()
    ask_code(client)

    for _ in range(6):
        answer = try_code(client, typed)

    assert answer.status_code == 200
    assert try_code(client, sms.last_code).status_code == 302


def test_wrong_code_is_refused_in_words(client, sms):
    make_patient()
    ask_code(client)

    answer = try_code(client, wrong(sms.last_code))

    assert "Код не подошёл. Проверьте последнее сообщение." in text_of(answer)
    assert "_auth_user_id" not in client.session


def test_code_is_good_for_fifteen_minutes(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        ask_code(client)
        clock.shift(timedelta(minutes=15))

        answer = try_code(client, sms.last_code)

    assert answer.status_code == 302


def test_code_is_late_after_fifteen_minutes_and_a_new_one_works(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        ask_code(client)
        clock.shift(timedelta(minutes=15, seconds=1))

        answer = try_code(client, sms.last_code)

        assert "Код устарел. Нажмите «Прислать новый»." in text_of(answer)
        assert "_auth_user_id" not in client.session
        client.post("/login/code/again/")
        assert try_code(client, sms.last_code).status_code == 302


def test_new_code_lives_its_own_fifteen_minutes_and_the_old_one_is_dead(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        ask_code(client)
        old = sms.last_code
        clock.shift(timedelta(minutes=14))
        client.post("/login/code/again/")
        clock.shift(timedelta(minutes=14))

        with_old = try_code(client, old)
        with_new = try_code(client, sms.last_code)

    assert (with_old.status_code, with_new.status_code) == (200, 302)


def test_another_code_is_sent_after_a_minute_and_not_before(client, sms):
    make_patient()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        ask_code(client)
        clock.shift(timedelta(seconds=59))
        client.post("/login/code/again/")
        assert len(sms.messages) == 1

        clock.shift(timedelta(seconds=1))
        client.post("/login/code/again/")

    assert len(sms.messages) == 2


def test_same_phone_again_within_a_minute_leads_to_the_same_code(client, sms):
    make_patient()
    ask_code(client)

    page = text_of(ask_code(client))

    assert "Код отправили на +7 916 •••45-67" in page
    assert len(sms.messages) == 1


def test_code_of_another_session_is_refused(client, sms):
    make_patient()
    make_patient("Петрова", "Вера", "+79160000001")
    other = Client(HTTP_ACCEPT_LANGUAGE="ru")
    ask_code(client)
    code_of_anna = sms.last_code
    ask_code(other, "8 916 000-00-01")

    answer = try_code(other, code_of_anna)

    assert "Код не подошёл. Проверьте последнее сообщение." in text_of(answer)
    assert "_auth_user_id" not in other.session


def test_code_of_the_same_phone_in_another_session_is_refused(client, sms):
    make_patient()
    other = Client(HTTP_ACCEPT_LANGUAGE="ru")
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        ask_code(client)
        code_of_first = sms.last_code
        clock.shift(timedelta(minutes=1))
        ask_code(other)

        answer = try_code(other, code_of_first)

    assert answer.status_code == 200
    assert "_auth_user_id" not in other.session


def test_code_page_without_a_code_leads_back_to_the_phone(client):
    answers = [client.get("/login/code/"), try_code(client, "123456"), client.post("/login/code/again/")]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/login/")] * 3


def test_user_is_made_once_without_a_password_and_without_rights(client, sms):
    anna = make_patient()
    assert User.objects.count() == 0

    log_in(client, sms)
    client.post("/logout/")
    with time_machine.travel(timedelta(minutes=5), tick=True):
        log_in(client, sms)

    user = User.objects.get()
    assert Patient.objects.get(pk=anna.pk).user == user
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)
    assert user.get_all_permissions() == set()
    assert client.session["_auth_user_backend"] == "patients.cabinet.session_backend.PatientBackend"


def test_log_in_goes_where_the_patient_was_heading(client, sms):
    make_patient()

    client.post("/login/?next=/%3Ffrom%3Dsms", {"phone": "89161234567"})
    answer = try_code(client, sms.last_code)

    assert answer["Location"] == "/?from=sms"


def test_log_in_never_leads_to_another_site(client, sms):
    make_patient()

    client.post("/login/?next=https://evil.example/", {"phone": "89161234567"})
    answer = try_code(client, sms.last_code)

    assert answer["Location"] == "/"


def test_log_out_is_a_post_and_ends_the_session(client, sms):
    make_patient()
    log_in(client, sms)

    by_get = client.get("/logout/")
    assert by_get["Location"] == "/"
    assert client.get("/").status_code == 200

    answer = client.post("/logout/")
    assert answer["Location"] == "/login/"
    assert client.get("/")["Location"] == "/login/?next=/"


def test_logged_in_patient_is_not_asked_for_the_phone_again(client, sms):
    make_patient()
    log_in(client, sms)

    assert client.get("/login/")["Location"] == "/"
