"""The second step of the log-in: who is asked, which codes are right, and how often they may be tried."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinics import clock
from clinics.models import AuditEvent, DemoClock
from clinics.roles import PERMISSIONS_BY_ROLE, asks_second_step
from tests.people import LONG_AGO, make_rita, make_staff
from tests.staff.codes import app_code, key_on, log_in, recovery_codes_on, set_phone_up

pytestmark = pytest.mark.django_db
CODE, PHONE, INDEX = "/admin/login/code/", "/admin/login/phone/", "/admin/"
REPORTS = "/admin/reports/"  # a manager's first work place
WRONG = "Код не подошёл. Дождитесь следующего в приложении и проверьте, что время на телефоне ставится по сети."
LOCKED = "Слишком много попыток. Попробуйте через 15 минут или попросите владельца открыть вход."


def is_inside(client):
    return client.get(INDEX).status_code == 200


def try_code(client, code):
    return client.post(CODE, {"code": code})


@pytest.fixture
def maria(client):
    """The manager, her phone set up half a minute ago; the client is logged out."""
    user = make_staff("maria", "manager")
    with time_machine.travel(LONG_AGO, tick=False):
        user.key, user.recovery_codes = set_phone_up(client, "maria")
    client.logout()
    with time_machine.travel(LONG_AGO + timedelta(minutes=1), tick=False):
        yield user


def test_roles_that_change_the_program_or_the_staff_are_asked():
    asked = [role for role, permissions in PERMISSIONS_BY_ROLE.items() if asks_second_step(permissions)]

    assert sorted(asked) == ["manager", "marketer", "owner"]


@pytest.mark.parametrize("role", ["receptionist", "senior"])
def test_others_come_in_by_password(client, role):
    make_staff("rita", role)

    log_in(client, "rita")

    assert is_inside(client)


@pytest.mark.parametrize("role", ["manager", "marketer", "owner"])
def test_password_alone_opens_nothing(client, role):
    make_staff("maria", role)

    answer = log_in(client, "maria")

    assert answer.url == PHONE
    assert not is_inside(client)
    assert client.get("/admin/program/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_phone_is_set_up_with_its_first_code_and_recovery_codes_are_shown_once(client):
    make_staff("maria", "manager")
    log_in(client, "maria", next_url="/admin/program/")
    setup = client.get(PHONE)

    page = client.post(PHONE, {"code": app_code(key_on(setup))})

    codes = recovery_codes_on(page)
    assert len(set(codes)) == 8
    assert 'href="/admin/program/"' in page.content.decode()
    assert is_inside(client)
    assert recovery_codes_on(client.get(PHONE)) == []
    assert not StaticToken.objects.filter(token__in=[code.replace("-", "") for code in codes]).exists()
    assert AuditEvent.objects.get().code == "second_step.set_up"


def test_wrong_first_code_sets_nothing_up_and_the_key_stays(client):
    make_staff("maria", "manager")
    log_in(client, "maria")
    key = key_on(client.get(PHONE))

    page = client.post(PHONE, {"code": app_code(key, steps=5)})

    assert WRONG in page.content.decode()
    assert key_on(page) == key
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    assert not is_inside(client)


def test_code_of_the_app_opens(client, maria):
    assert log_in(client, "maria").url == CODE

    answer = try_code(client, app_code(maria.key))

    assert answer.url == REPORTS
    assert is_inside(client)


def test_address_on_the_way_is_reached_after_the_code(client, maria):
    log_in(client, "maria", next_url="/admin/patients/patient/")

    assert try_code(client, app_code(maria.key)).url == "/admin/patients/patient/"


def test_foreign_address_is_not(client, maria):
    log_in(client, "maria", next_url="https://evil.example/")

    assert try_code(client, app_code(maria.key)).url == REPORTS


@pytest.mark.parametrize("steps", [-1, 1])
def test_phone_one_step_off_is_followed(client, maria, steps):
    log_in(client, "maria")

    assert try_code(client, app_code(maria.key, steps=steps)).status_code == 302


@pytest.mark.parametrize("steps", [-2, 2])
def test_phone_two_steps_off_is_not(client, maria, steps):
    log_in(client, "maria")

    page = try_code(client, app_code(maria.key, steps=steps))

    assert WRONG in page.content.decode()
    assert not is_inside(client)


def test_code_is_good_once(client, maria):
    log_in(client, "maria")
    code = app_code(maria.key)
    try_code(client, code)
    thief = Client()
    log_in(thief, "maria")

    page = try_code(thief, code)

    assert WRONG in page.content.decode()
    assert not is_inside(thief)


def test_code_of_the_setting_up_does_not_open_again(client):
    make_staff("maria", "manager")
    with time_machine.travel(LONG_AGO, tick=False):
        key, _codes = set_phone_up(client, "maria")
        thief = Client()
        log_in(thief, "maria")

        assert try_code(thief, app_code(key)).status_code == 200


@pytest.mark.parametrize("typed", ["", "abcdef", "12345", "１２３４５６", "1234567", "0" * 41, "' or 1=1 --"])
def test_what_is_no_code_opens_nothing(client, maria, typed):
    log_in(client, "maria")

    assert try_code(client, typed).status_code == 200
    assert not is_inside(client)


def test_spaces_in_a_code_do_not_matter(client, maria):
    log_in(client, "maria")
    code = app_code(maria.key)

    assert try_code(client, f" {code[:3]} {code[3:]}").status_code == 302


def test_recovery_code_opens_once_and_is_told_to_the_audit(client, maria):
    log_in(client, "maria")
    assert try_code(client, maria.recovery_codes[3].upper()).status_code == 302
    assert is_inside(client)
    thief = Client()
    log_in(thief, "maria")

    page = try_code(thief, maria.recovery_codes[3])

    assert WRONG in page.content.decode()
    assert "Осталось 7 резервных кодов." in client.get(PHONE).content.decode()
    assert list(AuditEvent.objects.order_by("id").values_list("code", flat=True)) == [
        "second_step.set_up",
        "second_step.recovery_used",
    ]


def test_sixth_try_is_not_looked_at(client, maria):
    log_in(client, "maria")
    pages = [try_code(client, "000000").content.decode() for _number in range(5)]

    refused = try_code(client, app_code(maria.key))

    assert not any(LOCKED in page for page in pages)
    assert LOCKED in refused.content.decode()
    assert not is_inside(client)


def test_lock_of_codes_outlives_another_password_log_in(client, maria):
    log_in(client, "maria")
    for _number in range(5):
        try_code(client, "000000")
    other = Client()
    log_in(other, "maria")

    assert LOCKED in try_code(other, app_code(maria.key)).content.decode()


def test_code_must_come_within_ten_minutes_of_the_password(client, maria):
    log_in(client, "maria")

    with time_machine.travel(LONG_AGO + timedelta(minutes=12), tick=False):
        answer = client.post(CODE, {"code": app_code(maria.key)}, follow=True)

    assert "Вход занял слишком много времени" in answer.content.decode()
    assert not is_inside(client)


def test_new_password_between_the_steps_ends_the_log_in(client, maria):
    log_in(client, "maria")
    maria.set_password("another-pass-2")
    maria.save()

    assert try_code(client, app_code(maria.key)).url.startswith("/admin/login/")
    assert not is_inside(client)


def test_demo_clock_does_not_move_the_codes(client, maria, settings, monkeypatch):
    settings.DEMO_CLOCK = True
    DemoClock.objects.create(offset=timedelta(days=40))
    monkeypatch.setattr(clock, "_offset_read_at", float("-inf"))
    log_in(client, "maria")

    answer = try_code(client, app_code(maria.key))

    monkeypatch.setattr(clock, "_offset", timedelta())
    assert answer.status_code == 302
    assert is_inside(client)


def test_code_page_without_a_password_leads_to_the_password(client, maria):
    assert client.get(CODE).url == "/admin/login/?next=/admin/"
    assert client.get(PHONE).url == "/admin/login/?next=/admin/"


def test_password_alone_neither_shows_nor_changes_a_phone_that_is_set_up(client, maria):
    log_in(client, "maria")

    answers = [client.get(PHONE), client.get(f"{PHONE}?phone=new"), client.post(PHONE, {"code": "000000"})]

    assert [answer.status_code for answer in answers] == [302, 302, 302]


def test_receptionist_who_has_set_a_phone_up_is_asked_too(client):
    make_rita()
    with time_machine.travel(LONG_AGO, tick=False):
        log_in(client, "rita")
        client.post(PHONE, {"code": app_code(key_on(client.get(PHONE)))})
    client.logout()

    assert log_in(client, "rita").url == CODE
    assert not is_inside(client)


def test_session_of_before_the_requirement_has_to_log_in_anew(client, settings):
    settings.STAFF_SECOND_STEP = False
    make_staff("maria", "manager")
    log_in(client, "maria")
    assert is_inside(client)

    settings.STAFF_SECOND_STEP = True

    assert not is_inside(client)
    assert log_in(client, "maria").url == PHONE


def test_moving_to_another_phone_takes_a_code_of_the_one_before(client, maria):
    log_in(client, "maria")
    try_code(client, app_code(maria.key))
    new_phone = f"{PHONE}?phone=new"
    new_key = key_on(client.get(new_phone))

    with time_machine.travel(LONG_AGO + timedelta(minutes=2), tick=False):
        refused = client.post(new_phone, {"present": "000000", "code": app_code(new_key)})
        assert WRONG in refused.content.decode()
        assert client.post(new_phone, {"present": app_code(maria.key), "code": "000000"}).status_code == 200
        moved = client.post(new_phone, {"present": app_code(maria.key), "code": app_code(new_key)})

    assert new_key != maria.key
    assert len(recovery_codes_on(moved)) == 8
    assert [device.bin_key for device in TOTPDevice.objects.all()] == [new_key]


def test_new_recovery_codes_replace_those_before(client, maria):
    log_in(client, "maria")
    try_code(client, app_code(maria.key))

    with time_machine.travel(LONG_AGO + timedelta(minutes=2), tick=False):
        codes = recovery_codes_on(client.post(PHONE, {"code": app_code(maria.key)}))
        client.logout()
        log_in(client, "maria")
        refused = try_code(client, maria.recovery_codes[0])
        accepted = try_code(client, codes[0])

    assert (refused.status_code, accepted.status_code) == (200, 302)


def test_keys_of_phones_are_in_no_section_of_the_admin(client, settings):
    settings.STAFF_SECOND_STEP = False
    client.force_login(make_staff("olga", "owner"))

    addresses = ["/admin/otp_totp/totpdevice/", "/admin/otp_static/staticdevice/"]

    assert [client.get(address).status_code for address in addresses] == [404, 404]
