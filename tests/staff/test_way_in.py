"""Dismissal, another role or password end sessions at once; a locked log-in is opened by owner or server."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from clinics.models import AuditEvent, PortalSession
from loyalty.models import Receipt
from tests.people import make_clinic, make_patient, make_rita, make_staff
from tests.staff.codes import PASSWORD, app_code, log_in, set_phone_up

pytestmark = pytest.mark.django_db
LOCKED = "Слишком много попыток."


@pytest.fixture(autouse=True)
def by_password(settings):
    settings.STAFF_SECOND_STEP = False


@pytest.fixture
def olga():
    """The owner, in her own browser."""
    make_staff("olga", "owner")
    client = Client()
    log_in(client, "olga")
    return client


def is_inside(client):
    return client.get("/admin/patients/patient/").status_code == 200


def change_url(user):
    return reverse("admin:auth_user_change", args=[user.pk])


def access_url(user):
    return reverse("admin:auth_user_access", args=[user.pk])


def user_form(user, **changes):
    fields = {
        "username": user.username,
        "last_name": "",
        "first_name": "",
        "email": "",
        "groups": [group.pk for group in user.groups.all()],
        "is_active": "on",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def lock(username):
    for number in range(10):
        Client().post("/admin/login/", {"username": username, "password": f"guess-{number}"})


def audit_codes():
    return list(AuditEvent.objects.order_by("id").values_list("code", flat=True))


def test_dismissed_in_the_middle_of_a_form_nothing_is_written(client, olga):
    rita = make_rita()
    anna = make_patient()
    log_in(client, "rita")
    desk = client.get("/admin/desk/", {"q": "+79161234567"})
    assert desk.status_code == 200

    olga.post(change_url(rita), user_form(rita, is_active=None))
    answer = client.post("/admin/desk/confirm/", {"entry": "1000", "who": "x"})
    edit = client.post(reverse("admin:patients_patient_change", args=[anna.pk]), {"last_name": "Другая"})

    assert answer.url.startswith("/admin/login/")
    assert edit.url.startswith("/admin/login/")
    anna.refresh_from_db()
    assert (Receipt.objects.count(), anna.last_name) == (0, "Иванова")
    assert not PortalSession.objects.filter(user=rita).exists()
    assert audit_codes() == ["staff.dismissed"]


def test_taken_back_the_sessions_of_before_stay_ended(client, olga):
    rita = make_rita()
    log_in(client, "rita")

    olga.post(change_url(rita), user_form(rita, is_active=None))
    olga.post(change_url(rita), user_form(rita))

    assert User.objects.get(username="rita").is_active
    assert not is_inside(client)


def test_another_role_ends_the_sessions(client, olga):
    rita = make_rita()
    log_in(client, "rita")

    olga.post(change_url(rita), user_form(rita, groups=[Group.objects.get(name="senior").pk]))

    assert not is_inside(client)
    event = AuditEvent.objects.get()
    assert (event.code, event.details, event.actor.username) == (
        "staff.rights_changed",
        {"roles": ["senior"]},
        "olga",
    )


def test_password_set_by_another_ends_the_sessions(client, olga):
    rita = make_rita()
    log_in(client, "rita")

    olga.post(
        reverse("admin:auth_user_password_change", args=[rita.pk]),
        {"usable_password": "true", "password1": "another-pass-2", "password2": "another-pass-2"},
    )

    assert not is_inside(client)
    assert audit_codes() == ["staff.password_set"]


def test_a_name_changed_ends_nothing(client, olga):
    rita = make_rita()
    log_in(client, "rita")

    olga.post(change_url(rita), user_form(rita, last_name="Полякова"))

    assert is_inside(client)
    assert audit_codes() == []


def test_own_password_keeps_the_own_session_and_ends_the_others(client):
    make_rita()
    log_in(client, "rita")
    other = Client()
    log_in(other, "rita")

    client.post(
        "/admin/password_change/",
        {"old_password": PASSWORD, "new_password1": "another-pass-2", "new_password2": "another-pass-2"},
    )

    assert (is_inside(client), is_inside(other)) == (True, False)


def test_the_only_owner_can_neither_go_nor_give_the_role_away(olga):
    person = User.objects.get(username="olga")

    page = olga.post(change_url(person), user_form(person, groups=[Group.objects.get(name="manager").pk]))

    assert "Это единственный владелец. Сначала дайте роль владельца другому сотруднику." in page.content.decode()
    assert [group.name for group in person.groups.all()] == ["owner"]
    assert olga.post(change_url(person), user_form(person, is_active=None)).status_code == 200
    assert User.objects.get(username="olga").is_active


def test_one_of_two_owners_may_go(olga):
    second = make_staff("vera", "owner")

    olga.post(change_url(second), user_form(second, is_active=None))

    assert not User.objects.get(username="vera").is_active


def test_lock_is_told_to_the_audit_once_and_only_of_known_names(client):
    make_rita()

    lock("rita")
    lock("nobody")
    log_in(client, "rita")

    event = AuditEvent.objects.get()
    assert (event.code, event.actor, event.target_type) == ("staff.locked", None, "auth.user")


def test_owner_opens_a_locked_log_in(client, olga):
    rita = make_rita()
    lock("rita")
    assert LOCKED in log_in(client, "rita").content.decode()
    assert "вход закрыт: слишком много неверных попыток" in olga.get(access_url(rita)).content.decode()

    page = olga.post(access_url(rita), {"act": "unlock", "reason": "забыла пароль"}, follow=True)

    assert "Rita: снова можно войти." in page.content.decode()
    log_in(client, "rita")
    assert is_inside(client)
    event = AuditEvent.objects.order_by("id").last()
    assert (event.code, event.reason, event.actor.username) == ("staff.unlocked", "забыла пароль", "olga")


def test_act_without_a_reason_does_nothing_and_names_the_field(client, olga):
    rita = make_rita()
    log_in(client, "rita")

    page = olga.post(access_url(rita), {"act": "log_out", "reason": " "})

    assert page.context["form"].errors == {"reason": ["Обязательное поле."]}
    assert is_inside(client)
    assert audit_codes() == []


def test_unknown_act_does_nothing(olga):
    page = olga.post(access_url(make_rita()), {"act": "make_owner", "reason": "так"})

    assert "Ничего не сделано: выберите одно из действий." in page.content.decode()
    assert audit_codes() == []


def test_owner_ends_all_sessions_of_a_person(client, olga):
    rita = make_rita()
    log_in(client, "rita")

    olga.post(access_url(rita), {"act": "log_out", "reason": "телефон украли"})

    assert not is_inside(client)
    assert AuditEvent.objects.get().details == {"sessions": 1}


def test_owner_resets_the_second_step_of_another(client, olga, settings):
    maria = make_staff("maria", "manager")
    settings.STAFF_SECOND_STEP = True
    key, _codes = set_phone_up(client, "maria")
    settings.STAFF_SECOND_STEP = False

    olga.post(access_url(maria), {"act": "reset", "reason": "потерян телефон"})

    assert not is_inside(client)
    settings.STAFF_SECOND_STEP = True
    assert log_in(client, "maria").url == "/admin/login/phone/"
    client.get("/admin/login/phone/")
    assert client.post("/admin/login/phone/", {"code": app_code(key)}).status_code == 200
    event = AuditEvent.objects.order_by("id").last()
    assert (event.code, event.reason, event.actor.username) == ("second_step.reset", "потерян телефон", "olga")


def test_nobody_takes_the_second_step_off_themselves(client, settings):
    settings.STAFF_SECOND_STEP = True
    olga = make_staff("olga", "owner")
    set_phone_up(client, "olga")

    page = client.post(access_url(olga), {"act": "reset", "reason": "надоело"})

    assert "Ничего не сделано" in page.content.decode()
    assert "second_step.reset" not in audit_codes()


def test_manager_opens_nobodys_access(client):
    rita = make_rita()
    client.force_login(make_staff("maria", "manager"))

    answers = [client.get(access_url(rita)), client.post(access_url(rita), {"act": "unlock", "reason": "так"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert audit_codes() == []


def test_owner_of_another_clinic_opens_neither_the_log_in_nor_the_access(client):
    rita = make_rita()
    client.force_login(make_staff("vera", "owner", clinics=[make_clinic("omsk", name="Омск")]))

    statuses = [client.get(url).status_code for url in (access_url(rita), change_url(rita))]
    posted = client.post(access_url(rita), {"act": "log_out", "reason": "так"}).status_code

    assert (statuses, posted) == ([404, 302], 404)
    assert audit_codes() == []


def test_server_command_helps_the_only_owner(client, settings, capsys):
    settings.STAFF_SECOND_STEP = True
    make_staff("olga", "owner")
    set_phone_up(client, "olga")
    client.logout()
    lock("olga")

    call_command("staff_access", "Olga", "--unlock", "--reset-second-step", "--reason", "потеряла телефон")

    assert log_in(client, "olga").url == "/admin/login/phone/"
    assert audit_codes()[-2:] == ["staff.unlocked", "second_step.reset"]
    assert "olga may try to log in again." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["olga"], ["anna", "--unlock"]])
def test_server_command_says_what_it_was_not_told(arguments):
    make_staff("olga", "owner")

    with pytest.raises(CommandError):
        call_command("staff_access", *arguments, "--reason", "так")

    assert audit_codes() == []
