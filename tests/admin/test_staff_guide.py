"""The staff guide says what the program says, and who may do what by the table of roles."""

import pytest

from clinics.roles import PERMISSIONS_BY_ROLE
from loyalty.demo.program import demo_document
from loyalty.program.staff_guide import RIGHTS, find_staff_guide
from tests.cabinet.pages import text_of
from tests.people import make_rita, make_staff
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
PAGE = "/admin/activity/guide/"


def test_receptionist_reads_what_to_say_and_what_points_do_not_pay(client):
    publish_preset()
    client.force_login(make_rita())

    page = text_of(client.get(PAGE))

    for sentence in (
        "Новый участник получает 250 баллов.",
        "Баллами нельзя оплатить: «Имплантация», «Ортодонтия» и «Ортопедия».",
        "Телефона или номера карты хватает, чтобы начислить. Чтобы списать, отсканируйте QR или спросите код.",
        "Скидок вручную нет: стойка сама считает всё, что положено пациенту.",
        "Разрешить списание без кода, с причиной: старший администратор, владелец.",
    ):
        assert sentence in page


def test_guide_follows_the_program_that_is_in_force(client):
    document = demo_document(today=NOON.date())
    publish_preset(discounts=document["discounts"], welcome=None)
    client.force_login(make_staff("maria", "manager"), backend="clinics.role_backend.RoleBackend")

    page = text_of(client.get(PAGE))

    limits = "администратор до 3\u00a0%, старший администратор до 10\u00a0% и управляющий до 15\u00a0%"
    assert f"Скидку вручную дают: {limits}." in page
    assert "Скидок вручную нет" not in page
    assert "Новый участник получает" not in page


def test_every_right_of_the_guide_is_somebodys():
    given = {permission for permissions in PERMISSIONS_BY_ROLE.values() for permission in permissions}

    assert RIGHTS.keys() <= given


def test_guide_before_any_program_says_so_and_strangers_get_none(client):
    assert client.get(PAGE).status_code == 302
    client.force_login(make_rita())

    assert "Ни одна программа ещё не действует." in text_of(client.get(PAGE))


def test_guide_takes_two_queries(django_assert_num_queries):
    publish_preset()

    with django_assert_num_queries(2):
        find_staff_guide(at=NOON)
