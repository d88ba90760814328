"""An empty portal is opened by one command and then in the browser alone."""

import io

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from clinics.models import AuditEvent, Clinic, StaffMember
from tests.people import make_staff

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-phrase"


def make_owner(monkeypatch, *, name="boss", password=PASSWORD):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("first_owner", name, person="Петрова Мария", stdout=io.StringIO())


def test_first_owner_logs_in_and_is_told_what_to_do(client, monkeypatch):
    make_owner(monkeypatch)

    answer = client.post("/admin/login/?next=/admin/", {"username": "boss", "password": PASSWORD}, follow=True)

    owner = User.objects.get()
    assert (owner.last_name, owner.first_name, owner.is_staff, owner.is_superuser) == (
        "Петрова",
        "Мария",
        True,
        False,
    )
    assert [group.name for group in owner.groups.all()] == ["owner"]
    assert "Начнём" in answer.content.decode()
    assert AuditEvent.objects.get(code="staff.first_owner").target_id == str(owner.pk)


def test_first_clinic_is_opened_in_the_admin_and_its_opener_works_there(client, monkeypatch):
    make_owner(monkeypatch)
    client.force_login(User.objects.get(), backend="clinics.role_backend.RoleBackend")
    before = client.get("/admin/").content.decode()

    for code in ("lenina", "mira"):
        client.post(
            "/admin/clinics/clinic/add/",
            {"code": code, "name": code, "timezone": "Europe/Moscow", "is_active": "on"},
        )

    member = StaffMember.objects.get()
    assert "/admin/clinics/clinic/add/" in before
    assert "/admin/import/prices/" in client.get("/admin/").content.decode()
    assert (member.home_clinic.code, set(member.clinics.all())) == ("lenina", set(Clinic.objects.all()))


def test_there_is_one_first_owner(monkeypatch):
    make_staff("maria", "owner")

    with pytest.raises(CommandError, match="There is an owner already"):
        make_owner(monkeypatch)

    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [("rita", PASSWORD, "already"), ("boss", "123", "."), ("no spaces", PASSWORD, ".")],
    ids=["name-taken", "weak-password", "bad-name"],
)
def test_refused_nobody_is_made(monkeypatch, name, password, told):
    make_staff("rita", "receptionist")

    with pytest.raises(CommandError, match=told):
        make_owner(monkeypatch, name=name, password=password)

    assert not User.objects.filter(groups=Group.objects.get(name="owner")).exists()


def test_first_program_is_offered_at_once_and_the_roles_are_called_by_their_names(client, monkeypatch):
    make_owner(monkeypatch)
    client.force_login(User.objects.get(), backend="clinics.role_backend.RoleBackend")
    client.post("/admin/program/new/", {"preset": "dentistry"})

    publishing = client.get("/admin/program/1/publish/")
    new_login = client.get("/admin/auth/user/add/").content.decode()

    assert publishing.context["form"].initial["when"] == "now"
    assert "Старший администратор" in new_login
    assert "receptionist" not in new_login
