"""The list of sections beside every page: in the clinic's own order, and only what the person may open now."""

import re

import pytest
from django.contrib.auth.models import Group

from clinics.roles import MANAGER, RECEPTIONIST
from tests.people import make_staff

pytestmark = pytest.mark.django_db
HEAD = re.compile(r'class="section"[^>]*>([^<]+)<')
CURRENT = re.compile(r'aria-current="page">([^<]+)<')
PATIENTS, RECEIPTS = "/admin/patients/patient/", "/admin/loyalty/receipt/"


def sidebar(client, address=PATIENTS):
    page = client.get(address).content.decode()
    return page[page.index('id="nav-sidebar"') : page.index('id="content-start"')]


def test_a_receptionist_sees_what_a_desk_needs_in_the_clinics_order(client):
    client.force_login(make_staff("rita", RECEPTIONIST))

    assert HEAD.findall(sidebar(client)) == ["Пациенты", "Лояльность", "Сообщения", "Клиники"]


def test_the_page_that_is_open_is_marked_and_no_other(client):
    client.force_login(make_staff("rita", RECEPTIONIST))

    marked = [CURRENT.findall(sidebar(client, address)) for address in (PATIENTS, RECEIPTS, PATIENTS)]

    assert marked == [["Пациенты"], ["Чеки"], ["Пациенты"]]


def test_the_page_of_a_section_is_called_as_the_section(client):
    client.force_login(make_staff("rita", RECEPTIONIST))

    assert "<h1>Пациенты</h1>" in client.get("/admin/patients/").content.decode()


def test_a_role_given_and_taken_changes_the_list_at_once(client):
    rita = make_staff("rita", RECEPTIONIST)
    client.force_login(rita)
    before = sidebar(client)

    rita.groups.set(Group.objects.filter(name=MANAGER))
    as_manager = sidebar(client)
    rita.groups.set(Group.objects.filter(name=RECEPTIONIST))

    assert "/admin/loyalty/programversion/" not in before
    assert "/admin/loyalty/programversion/" in as_manager
    assert sidebar(client) == before


def test_the_words_follow_the_language_of_the_person(client):
    client.force_login(make_staff("rita", RECEPTIONIST))
    in_russian = sidebar(client)

    client.post("/language/", {"language": "en"})

    assert HEAD.findall(sidebar(client)) == ["Patients", "Loyalty", "Notifications", "Clinics"]
    assert "Пациенты" in in_russian
