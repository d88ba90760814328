"""Patients and staff in the admin: scope, search, edits, what nobody may do."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from clinics.models import AuditEvent, Clinic
from patients.cards import block_card
from patients.models import Card, Household, Patient
from tests.patient_card import card_form, change_url
from tests.people import LONG_AGO, make_clinic, make_patient, make_rita, make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/patients/patient/"


def names_on(page):
    return [row.full_name for row in page.context["cl"].result_list]


@pytest.mark.parametrize(
    "typed",
    ["иванова", "ИВАНОВА", "Иванова Ан", "Анна Иванова", "bdfyjdf", "+7 916 123-45-67", "89161234567", "4567",
     "иванова 4567"],
)  # fmt: skip
def test_list_finds_by_the_rules_of_the_desk(client, typed):
    make_patient()
    make_patient("Петрова", "Вера", "+79160000001")
    client.force_login(make_rita())

    page = client.get(LIST, {"q": typed})

    assert names_on(page) == ["Иванова Анна"]


def test_list_finds_by_card_even_a_closed_one(client):
    card = Card.objects.get(patient=make_patient())
    block_card(card=card, reason="потеря", at=LONG_AGO)
    client.force_login(make_rita())

    assert names_on(client.get(LIST, {"q": card.number})) == ["Иванова Анна"]


def test_list_shows_all_of_a_name_and_not_the_desks_ten(client):
    for number in range(12):
        make_patient("Иванова", f"Анна {number}", f"+7916000{number:04d}")
    client.force_login(make_rita())

    assert len(names_on(client.get(LIST, {"q": "bdfyjdf"}))) == 12


@pytest.mark.parametrize("typed", ["bdfyjdf", "4567", "Анна Иванова", "9161234567"])
def test_autocomplete_finds_by_the_same_rules(client, typed):
    make_patient()
    make_patient("Петрова", "Вера", "+79160000001")
    client.force_login(User.objects.create_superuser("root", password="clinic-pass-1"))

    answer = client.get(
        "/admin/autocomplete/",
        {"term": typed, "app_label": "patients", "model_name": "household", "field_name": "contact"},
    )

    assert [row["text"] for row in answer.json()["results"]] == ["Иванова Анна"]


def test_patients_of_another_clinic_are_neither_listed_nor_opened(client):
    vera = make_patient("Петрова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    client.force_login(make_rita())

    assert names_on(client.get(LIST)) == []
    assert client.get(change_url(vera)).status_code == 302
    assert client.post(change_url(vera), card_form(vera, last_name="Другая")).status_code == 302
    assert Patient.objects.get(pk=vera.pk).last_name == "Петрова"


def test_new_name_is_found_at_once(client):
    anna = make_patient()
    client.force_login(make_rita())

    client.post(change_url(anna), card_form(anna, last_name="Семёнова", birth_date="10.06.1990"))

    anna.refresh_from_db()
    assert (anna.name_key, anna.birth_date) == ("семенова анна", date(1990, 6, 10))
    assert anna.history.first().history_user.username == "rita"


def test_new_phone_is_stored_in_one_spelling(client):
    anna = make_patient()
    client.force_login(make_rita())

    client.post(change_url(anna), card_form(anna, new_phone="8 (916) 765-43-21"))

    assert Patient.objects.get(pk=anna.pk).phone == "+79167654321"


@pytest.mark.parametrize(
    ("typed", "text"),
    [("12345", "Это не полный номер телефона."), ("89160000001", "Этот телефон уже у другого пациента.")],
)
def test_bad_phone_is_refused_in_words_and_nothing_is_written(client, typed, text):
    anna = make_patient()
    make_patient("Петрова", "Вера", "+79160000001")
    client.force_login(make_rita())

    page = client.post(change_url(anna), card_form(anna, new_phone=typed, last_name="Другая"))

    assert page.status_code == 200
    assert text in page.content.decode()
    assert (Patient.objects.get(pk=anna.pk).last_name, Patient.objects.get(pk=anna.pk).phone) == (
        "Иванова",
        "+79161234567",
    )


def test_new_patients_are_registered_at_the_desk(client):
    client.force_login(make_rita())

    assert client.get(f"{LIST}add/").url == "/admin/desk/register/"


def test_nobody_deletes_a_patient(client):
    anna = make_patient()
    client.force_login(User.objects.create_superuser("root", password="clinic-pass-1"))

    answer = client.post(reverse("admin:patients_patient_delete", args=[anna.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert Patient.objects.filter(pk=anna.pk).exists()


def test_audit_is_read_only_even_for_a_superuser(client):
    event = AuditEvent.objects.create(at=LONG_AGO, code="test.act")
    client.force_login(User.objects.create_superuser("root", password="clinic-pass-1"))
    base = "/admin/clinics/auditevent/"

    answers = [
        client.get(f"{base}add/"),
        client.post(f"{base}add/", {"code": "x"}),
        client.post(f"{base}{event.pk}/change/", {"code": "x"}),
        client.post(f"{base}{event.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert AuditEvent.objects.get().code == "test.act"


def test_new_clinic_is_seen_by_the_manager_who_opened_it(client):
    client.force_login(make_staff("maria", "manager"))

    client.post(
        "/admin/clinics/clinic/add/",
        {"code": "omsk", "name": "Омск", "timezone": "Asia/Omsk", "is_active": "on"},
    )

    assert [clinic.name for clinic in client.get("/admin/clinics/clinic/").context["cl"].result_list] == [
        "Мытищи",
        "Омск",
    ]


def test_unknown_time_zone_is_refused_in_words(client):
    client.force_login(make_staff("maria", "manager"))

    page = client.post(
        "/admin/clinics/clinic/add/", {"code": "omsk", "name": "Омск", "timezone": "Omsk", "is_active": "on"}
    )

    assert "«Omsk» — не часовой пояс" in page.content.decode()
    assert Clinic.objects.filter(code="omsk").count() == 0


def test_owner_gives_a_role_but_never_the_superuser_mark(client):
    client.force_login(make_staff("olga", "owner"))
    rita = make_rita()

    client.post(
        f"/admin/auth/user/{rita.pk}/change/",
        {"username": "rita", "is_active": "on", "is_superuser": "on", "user_permissions": ["1"], "groups": []},
    )

    rita.refresh_from_db()
    assert (rita.is_superuser, rita.is_staff, rita.groups.count()) == (False, True, 0)


def test_cabinet_users_and_superusers_are_not_listed_for_the_owner(client):
    User.objects.create_user("patient-1")
    User.objects.create_superuser("root", password="clinic-pass-1")
    client.force_login(make_staff("olga", "owner"))

    users = client.get("/admin/auth/user/").context["cl"].result_list

    assert [user.username for user in users] == ["olga"]


def test_clinics_that_an_owner_does_not_see_stay_with_the_member_of_staff(client):
    here, elsewhere = make_clinic(), make_clinic("yekaterinburg", name="Екатеринбург")
    rita = make_staff("rita", "receptionist", clinics=[here, elsewhere])
    client.force_login(make_staff("olga", "owner", clinics=[here]), backend="clinics.role_backend.RoleBackend")
    url = reverse("admin:clinics_staffmember_change", args=[rita.staff_member.pk])

    client.post(url, {"user": rita.pk, "home_clinic": here.pk, "clinics": [here.pk]})

    assert set(rita.staff_member.clinics.all()) == {here, elsewhere}


@pytest.mark.parametrize("typed", ["Ивановы", "4567", "Анна Иванова", "+7 916 123-45-67"])
def test_household_is_found_by_its_name_or_by_anybody_in_it(client, typed):
    anna = make_patient()
    home = Household.objects.create(name="Ивановы", contact=anna)
    Patient.objects.filter(pk=anna.pk).update(household=home)
    Household.objects.create(name="Петровы", contact=make_patient("Петрова", "Вера", "+79160000001"))
    client.force_login(User.objects.create_superuser("root", password="clinic-pass-1"))

    page = client.get("/admin/patients/household/", {"q": typed})

    assert list(page.context["cl"].result_list) == [home]
