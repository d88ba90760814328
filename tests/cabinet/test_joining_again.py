"""Who leaves the program and joins again with the same phone gets the gifts for joining once."""

import threading
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.urls import reverse

from clinics.models import AuditEvent
from loyalty.activity_gifts import Activity, give_activity_gifts, offered_points
from loyalty.erasing import erase_patient
from loyalty.models import Account, Operation, Standing
from loyalty.nightly.night import run_due_nights
from loyalty.self_registration import Newcomer, join_program
from patients.former_members import has_been_member, remember_former_member
from patients.models import FormerMember, Patient, Referral
from patients.public_codes import friend_code_of
from patients.referrals import WasMember, set_inviter
from tests.cabinet.joining import STORED_PHONE, new_visitor, register
from tests.cabinet.pages import text_of
from tests.cabinet.test_home import said, today
from tests.people import make_clinic, make_patient, make_rita, make_staff
from tests.programs import NOON, make_member, publish_preset
from tests.threads import run_together

__all__ = ["today"]
GIFT = {
    "code": "first", "title": {"ru": "Вход", "en": "Log-in"}, "points": 50,
    "trigger": {"kind": "activity", "of": "first_log_in"},
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def program(today):
    make_clinic()
    publish_preset(gifts=[GIFT])


@pytest.fixture
def galina(program, client, sms):
    """Has joined by the cabinet: 250 for joining and 50 for the first log-in."""
    register(client, sms)
    return Patient.objects.get(phone=STORED_PHONE)


def leave(client):
    client.post("/settings/leave/", {"is_sure": "on"})
    cache.clear()  # a code may be asked for again after a minute


def balance_of(patient):
    return Account.objects.get(patient=patient).balance


def newcomer(**said):
    return Newcomer(phone=STORED_PHONE, last_name="Зайцева", first_name="Галина", clinic=make_clinic(), **said)


def test_second_joining_gives_nothing_and_says_why(galina, client, sms):
    assert balance_of(galina) == 300
    leave(client)

    visitor = new_visitor()
    answer = register(visitor, sms)
    home = said(text_of(visitor.get(answer["Location"])))

    again = Patient.objects.get(phone=STORED_PHONE)
    assert (again.pk != galina.pk, again.is_member, balance_of(again)) == (True, True, 0)
    assert Operation.objects.count() == 2
    assert "С возвращением! Баллы за вступление даются один раз" in home
    assert "С возвращением" not in text_of(visitor.get("/"))
    event = AuditEvent.objects.get(code="patient.joined_again")
    assert (event.target_id, event.actor) == (str(again.pk), None)


def test_third_joining_gives_nothing_either(galina, client, sms):
    for _time in range(2):
        leave(client)
        client = new_visitor()
        register(client, sms)

    assert balance_of(Patient.objects.get(phone=STORED_PHONE)) == 0
    assert FormerMember.objects.count() == 1


def test_what_is_kept_cannot_be_read_and_leads_nowhere(galina, client):
    leave(client)

    kept = FormerMember.objects.get()

    assert len(kept.mark) == 64
    assert STORED_PHONE[1:] not in kept.mark
    assert {field.name for field in FormerMember._meta.get_fields()} == {"mark", "forget_on"}
    assert kept.forget_on == date(2029, 12, 1)  # of every leaving in November 2026


def test_mark_depends_on_the_secret_and_a_secret_of_before_still_recognises(galina, client, settings):
    leave(client)
    before = settings.SECRET_KEY

    settings.SECRET_KEY = "another"
    assert not has_been_member(STORED_PHONE)
    settings.SECRET_KEY_FALLBACKS = [before]

    assert has_been_member(STORED_PHONE)


def test_contact_who_was_erased_never_had_the_welcome_and_gets_it(program, client, sms):
    contact = make_patient("Зайцева", "Галина", STORED_PHONE, consents=())
    erase(contact)

    register(client, sms)

    assert balance_of(Patient.objects.get(phone=STORED_PHONE)) == 300
    assert FormerMember.objects.count() == 0


def test_gifts_of_the_cabinet_are_not_offered_again(galina, client, sms):
    leave(client)
    register(new_visitor(), sms)
    again = Patient.objects.get(phone=STORED_PHONE)

    assert offered_points(Activity.FIRST_LOG_IN, patient_id=again.pk, at=NOON) == 0
    assert give_activity_gifts(Activity.FIRST_LOG_IN, patient_id=again.pk, at=NOON) == 0
    assert Operation.objects.count() == 2


def test_friends_link_does_not_count_for_who_comes_back(galina, client, sms):
    vera = make_member("Петрова", "Вера", "+79160000001")
    code = friend_code_of(vera, at=NOON)
    leave(client)
    visitor = new_visitor()
    visitor.get(f"/f/{code.text}/")

    page = text_of(register(visitor, sms))

    assert "Вы уже были с нами. Ссылка друга засчитывается тем, кто у нас впервые." in page
    assert "С возвращением" in page
    assert Referral.objects.count() == 0
    assert not AuditEvent.objects.filter(code="patient.inviter_set").exists()


def test_desk_registers_who_comes_back_without_the_gift_and_without_the_friend(galina, client):
    make_member("Петрова", "Вера", "+79160000001")
    leave(client)
    client.force_login(make_rita())

    form = {"phone": STORED_PHONE, "last_name": "Зайцева", "first_name": "Галина", "rules": "on"}
    page = client.post(
        reverse("admin:desk_register"), form | {"personal_data": "on", "inviter": "+79160000001"}, follow=True
    )

    text = said(text_of(page))
    assert "Вернулся в программу после выхода: подарки за вступление второй раз не даются." in text
    assert "Друг не записан: пациент выходил из программы и вернулся" in text
    again = Patient.objects.get(phone=STORED_PHONE)
    assert (balance_of(again), Referral.objects.count()) == (0, 0)


def test_card_of_the_patient_says_why_nothing_was_given(galina, client, sms):
    leave(client)
    register(new_visitor(), sms)
    again = Patient.objects.get(phone=STORED_PHONE)
    client.force_login(make_staff("maria", "manager"))

    page = said(text_of(client.get(reverse("admin:patients_patient_change", args=[again.pk]))))

    assert "не даны: пациент выходил из программы и вступил снова с тем же телефоном" in page


def test_inviter_is_refused_for_who_comes_back(galina, client, sms):
    leave(client)
    register(new_visitor(), sms)
    vera = make_member("Петрова", "Вера", "+79160000001")

    with pytest.raises(WasMember):
        set_inviter(patient=Patient.objects.get(phone=STORED_PHONE), inviter=vera, actor=None, at=NOON)

    assert Referral.objects.count() == 0


def test_phone_is_forgotten_in_the_night_after_its_time(galina, client, sms):
    leave(client)
    forget_on = FormerMember.objects.get().forget_on
    remember_former_member("+79160000009", today=date(2027, 1, 1))

    run_due_nights(at=NOON.replace(year=2029, month=11, day=30))
    assert has_been_member(STORED_PHONE)
    run_due_nights(at=NOON.replace(year=forget_on.year, month=forget_on.month, day=forget_on.day))

    assert (has_been_member(STORED_PHONE), has_been_member("+79160000009")) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_eight_who_join_at_once_after_leaving_are_one_member_without_a_gift():
    make_clinic()
    publish_preset(gifts=[GIFT])
    erase(join_program(newcomer(), at=NOON).patient)

    joined = run_together(8, lambda _index: join_program(newcomer(), at=NOON + timedelta(days=1)))

    assert sorted(one.has_joined for one in joined) == [False] * 7 + [True]
    again = Patient.objects.get(phone=STORED_PHONE)
    assert (balance_of(again), Standing.objects.get(patient=again).has_left_before) == (0, True)
    assert Operation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asks_first", [True, False], ids=["control", "product"])
def test_joining_that_waits_for_the_leaving_sees_it(asks_first, monkeypatch):
    """The control asks before the phone is free, and gives a second gift."""
    make_clinic()
    publish_preset(gifts=[GIFT])
    first = join_program(newcomer(), at=NOON).patient
    actor = make_rita()
    is_erasing, result = threading.Event(), []

    def join():
        is_erasing.wait()
        if asks_first:
            asked = has_been_member(STORED_PHONE)
            monkeypatch.setattr("loyalty.enrolment.has_been_member", lambda _phone: asked)
        result.append(join_program(newcomer(), at=NOON + timedelta(days=1)).patient.pk)
        connection.close()

    thread = threading.Thread(target=join)
    thread.start()
    with transaction.atomic():
        erase(first, actor=actor)
        is_erasing.set()
        wait_until_somebody_waits()
    thread.join()

    assert balance_of(result[0]) == (250 if asks_first else 0)


def wait_until_somebody_waits():
    """On a lock of this transaction."""
    for _try in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("select pg_sleep(0.01)")
    raise AssertionError("nobody waits")


def erase(patient, *, actor=None):
    erase_patient(patient_id=patient.pk, source="LETTER", reason="ушла", actor=actor or make_rita(), at=NOON)
