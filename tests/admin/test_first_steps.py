"""The list of first steps on the admin's first page: ticks, for whom, and when it goes away."""

import re

import pytest

from loyalty.models import Receipt
from tests.admin.two_clinics import make_receipt
from tests.people import make_clinic, make_patient, make_rita, make_service, make_staff
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db


def ticks(client):
    """Titles of the steps with whether they are done."""
    html = client.get("/admin/").content.decode()
    steps = re.search(r'(?s)<section class="first-steps".*?</section>', html)
    items = re.findall(r'(?s)<li(?: class="(is-done)")?>\s*<a href="[^"]+">([^<]+)</a>', steps[0] if steps else "")
    return [(title, done == "is-done") for done, title in items]


@pytest.fixture
def maria(client):
    user = make_staff("maria", "manager")
    client.force_login(user, backend="clinics.role_backend.RoleBackend")
    return user


def test_new_clinic_is_told_what_to_do_in_order(client, maria):
    assert ticks(client) == [
        ("Программа", False),
        ("Клиники и цены", False),
        ("Импорт пациентов", False),
        ("Сотрудники", False),
        ("Пробный чек", False),
    ]


def test_what_is_done_has_its_tick(client, maria):
    publish_preset()
    make_service("hygiene", "hygiene")
    make_rita()

    assert [done for _title, done in ticks(client)] == [True, True, False, True, False]


def test_list_goes_away_when_all_is_done(client, maria):
    publish_preset()
    make_service("hygiene", "hygiene")
    rita = make_rita()
    make_receipt(make_patient(), clinic=make_clinic(), actor=rita)

    assert ticks(client) == []


def test_another_clinics_patients_staff_and_receipts_tick_nothing(client, maria):
    publish_preset()
    omsk = make_clinic("omsk", name="Омск")
    stranger = make_staff("stranger", "receptionist", clinics=[omsk])
    make_receipt(make_patient(clinic=omsk), clinic=omsk, actor=stranger)

    assert [done for _title, done in ticks(client)] == [True, False, False, False, False]
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("role", ["receptionist", "senior", "marketer"])
def test_others_do_not_see_the_list(client, role):
    client.force_login(make_staff("rita", role), backend="clinics.role_backend.RoleBackend")

    assert ticks(client) == []


def test_every_step_leads_to_a_page_that_opens(client, maria):
    html = client.get("/admin/").content.decode()
    addresses = re.findall(r'<li>\s*<a href="([^"]+)">', html)[:5]

    assert [client.get(address).status_code for address in addresses] == [200] * 5
