"""Settings: the profile, what may be written, when not, and what the history names."""

from datetime import date, time, timedelta

import pytest
from django.test import Client

from loyalty.models import Operation, OperationKind
from patients import profile
from patients.consents import may_message, record_consent
from patients.models import ConsentRecord, Patient, Preferences
from patients.preferences import keep_quiet
from patients.profile import BirthDateFixed, Profile
from tests.cabinet.pages import log_in, text_of
from tests.cabinet.test_home import pay, said, today
from tests.people import make_patient
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
__all__ = ["today"]

WHOLE = {"email": "anna@example.com", "birth_date": "1990-06-10", "language": "ru"}
ALL_TICKS = {"service_email": "on", "service_sms": "on"}


def activity(of, points):
    return {
        "code": of.replace("_", "-"),
        "title": {"ru": "Подарок за активность", "en": "Gift for activity"},
        "trigger": {"kind": "activity", "of": of},
        "points": points,
    }


@pytest.fixture
def anna(today):
    publish_preset(has_welcome=False)
    return make_member()


@pytest.fixture
def page(client, sms, anna):
    """The log-in is done; a client of Anna."""
    log_in(client, sms)
    return client


def consents():
    rows = ConsentRecord.objects.filter(source="CABINET").order_by("pk")
    return list(rows.values_list("kind", "channel", "granted"))


def test_name_and_phone_are_shown_with_the_reason_why_they_are_fixed(page):
    shown = said(text_of(page.get("/settings/")))

    assert "Иванова Анна +7 916 123-45-67 Имя и телефон администратор меняет по паспорту." in shown


def test_profile_is_saved_and_the_page_speaks_the_new_language(page, anna):
    answer = page.post("/settings/profile/", WHOLE | {"language": "en"}, follow=True)

    anna.refresh_from_db()
    assert (anna.email, anna.birth_date, anna.language) == ("anna@example.com", date(1990, 6, 10), "en")
    assert "Saved." in text_of(answer)
    assert "Birth date: 10.06.1990" in text_of(answer)


def test_birth_date_is_written_down_once(page, anna):
    page.post("/settings/profile/", WHOLE)

    page.post("/settings/profile/", WHOLE | {"birth_date": "1990-12-01"})

    anna.refresh_from_db()
    assert anna.birth_date == date(1990, 6, 10)
    assert 'name="birth_date"' not in page.get("/settings/").content.decode()


def test_second_birth_date_is_refused_by_the_act_itself(anna):
    Patient.objects.filter(pk=anna.pk).update(birth_date=date(1990, 6, 10))

    with pytest.raises(BirthDateFixed):
        profile.update_profile(
            patient_id=anna.pk,
            profile=Profile(email="new@example.com", language="en", birth_date=date(1991, 1, 1)),
        )

    anna.refresh_from_db()
    assert (anna.email, anna.language) == ("", "ru")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"email": "anna@"}, "Адрес почты неполный."),
        ({"birth_date": "31.02.1990"}, "Это не дата. Напишите так: 10.06.1990."),
        ({"birth_date": "2027-01-01"}, "Этот день ещё не наступил. Проверьте год."),
        ({"birth_date": "1890-01-01"}, "Слишком давний год. Проверьте его."),
    ],
)
def test_wrong_field_is_named_what_was_typed_stays_and_nothing_is_written(page, anna, wrong, reason):
    answer = page.post("/settings/profile/", WHOLE | wrong)

    assert reason in text_of(answer)
    for value in (WHOLE | wrong).values():
        assert f'value="{value}"' in answer.content.decode()
    anna.refresh_from_db()
    assert (anna.email, anna.birth_date) == ("", None)


def test_profile_filled_in_brings_the_programs_gift_once(client, sms, today):
    publish_preset(has_welcome=False, gifts=[activity("profile_filled", 100)])
    make_member()
    log_in(client, sms)
    offer = "Укажите почту и дату рождения, и мы начислим 100 баллов."
    assert offer in said(text_of(client.get("/settings/")))

    first = client.post("/settings/profile/", WHOLE, follow=True)
    second = client.post("/settings/profile/", WHOLE | {"email": "new@example.com"}, follow=True)

    assert "Сохранено. Спасибо! Начислили 100 баллов." in said(text_of(first))
    assert "Сохранено. О вас" in said(text_of(second))
    assert offer not in said(text_of(second))
    assert Operation.objects.filter(kind=OperationKind.GIFT).count() == 1
    assert "Подарок за активность +100" in said(text_of(client.get("/history/")))


def test_profile_that_was_whole_before_only_has_to_be_saved(client, sms, today):
    publish_preset(has_welcome=False, gifts=[activity("profile_filled", 21)])
    make_member(email="anna@example.com", birth_date=date(1990, 6, 10))
    log_in(client, sms)

    page = said(text_of(client.get("/settings/")))

    assert "Всё верно? Сохраните, и мы начислим 21 балл." in page


def test_half_a_profile_brings_nothing(client, sms, today):
    publish_preset(has_welcome=False, gifts=[activity("profile_filled", 100)])
    make_member()
    log_in(client, sms)

    client.post("/settings/profile/", WHOLE | {"birth_date": ""})

    assert Operation.objects.count() == 0


def test_first_log_in_brings_its_gift_and_the_second_none(client, sms, today):
    publish_preset(has_welcome=False, gifts=[activity("first_log_in", 50)])
    make_member()

    log_in(client, sms)
    client.post("/logout/")
    cabinet = Client(HTTP_ACCEPT_LANGUAGE="ru")
    cabinet.cookies = client.cookies
    page = said(text_of(client.get("/login/")))

    assert "Вход в кабинет" in page
    gift = Operation.objects.get()
    assert (gift.kind, gift.explanation) == ("GIFT", {"rule": "first-log-in", "points": 50})


def test_contact_gets_no_gift_for_logging_in(client, sms, today):
    publish_preset(has_welcome=False, gifts=[activity("first_log_in", 50)])
    make_patient(consents=())

    log_in(client, sms)

    assert Operation.objects.count() == 0
    assert client.get("/").status_code == 200


def test_consents_are_kept_apart_by_kind_and_channel(page, anna):
    page.post("/settings/messages/", {"service_sms": "on", "advertising_email": "on"})

    assert consents() == [("SERVICE", "EMAIL", False), ("ADVERTISING", "EMAIL", True)]
    assert may_message(patient_id=anna.pk, kind="SERVICE", channel="SMS")
    assert not may_message(patient_id=anna.pk, kind="SERVICE", channel="EMAIL")
    assert may_message(patient_id=anna.pk, kind="ADVERTISING", channel="EMAIL")
    assert not may_message(patient_id=anna.pk, kind="ADVERTISING", channel="SMS")
    row = ConsentRecord.objects.filter(source="CABINET").first()
    assert row.actor.patient == anna


def test_what_is_in_force_is_not_written_down_again(page):
    page.post("/settings/messages/", ALL_TICKS)

    assert consents() == []


def test_quiet_hours_are_kept_and_can_be_given_up(page, anna):
    page.post("/settings/messages/", ALL_TICKS | {"is_quiet": "on", "quiet_from": "22:00", "quiet_until": "09:00"})
    kept = Preferences.objects.get()
    page.post("/settings/messages/", ALL_TICKS)

    assert (kept.quiet_from, kept.quiet_until) == (time(22), time(9))
    given_up = Preferences.objects.get()
    assert (given_up.quiet_from, given_up.quiet_until) == (None, None)


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        ({"quiet_from": "", "quiet_until": ""}, "Укажите, с какого и до какого часа"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "Укажите, с какого и до какого часа"),
        ({"quiet_from": "22:00", "quiet_until": ""}, "Укажите, до какого часа"),
        ({"quiet_from": "late", "quiet_until": "09:00"}, "Введите правильное время."),
    ],
)
def test_half_said_quiet_hours_are_refused_and_no_tick_is_written(page, hours, reason):
    answer = page.post("/settings/messages/", {"is_quiet": "on"} | hours)

    assert reason in text_of(answer)
    assert consents() == []
    assert Preferences.objects.count() == 0


def test_services_are_named_only_where_the_patient_asked_for_it(page, anna):
    pay(anna)
    before = text_of(page.get("/history/"))

    page.post("/settings/history/", {"shows_services": "on"})

    assert "hygiene-full" not in before
    assert "hygiene-full" in text_of(page.get("/history/"))
    assert "hygiene-full" not in text_of(page.get("/"))
    page.post("/settings/history/")
    assert "hygiene-full" not in text_of(page.get("/history/"))


def test_advertising_for_every_channel_is_one_word_for_each(page, anna):
    record_consent(patient=anna, kind="ADVERTISING", granted=True, source="DESK", at=NOON - timedelta(days=1))

    page.post("/settings/messages/", ALL_TICKS | {"advertising_sms": "on"})

    assert consents() == [("ADVERTISING", "EMAIL", False)]


def test_settings_take_a_fixed_number_of_queries(page, anna, django_assert_max_num_queries):
    keep_quiet(patient=anna, begins=time(22), ends=time(9))
    page.get("/settings/")

    with django_assert_max_num_queries(6):
        page.get("/settings/")


def test_help_tells_whom_to_call(page):
    shown = said(text_of(page.get("/help/")))

    assert "Как накопить баллы?" in shown
    assert "Мытищи" in shown
