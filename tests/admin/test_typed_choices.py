"""Fields that search for a row work without scripts: what is typed is found by the section's own rules."""

import pytest
from django.contrib.auth.models import User

from clinics.models import Service, ServiceCategory, StaffMember
from patients.models import Household, Patient
from tests.desk.desk_pages import text_of
from tests.patient_card import card_form, change_url
from tests.people import (
    make_clinic,
    make_patient,
    make_rita,
    make_service,
    make_social_group,
    make_staff,
    make_tag,
)

pytestmark = pytest.mark.django_db
NOT_FOUND = "К набранному не подходит никто или подходят несколько. Напишите точнее."


@pytest.fixture
def rita(client):
    rita = make_rita()
    client.force_login(rita)
    return rita


@pytest.fixture
def home():
    """Anna's mother and her household at Rita's clinic."""
    vera = make_patient("Петрова", "Вера", "+79160000001")
    home = Household.objects.create(name="Петровы", contact=vera)
    Patient.objects.filter(pk=vera.pk).update(household=home)
    return home


def save(client, patient, **typed):
    return client.post(change_url(patient), card_form(patient, household="", **typed), follow=True)


def test_page_has_a_text_beside_each_search_only_where_scripts_do_not_run(client, rita):
    html = client.get(change_url(make_patient())).content.decode()

    for name in ("household", "tags"):
        assert f'<input name="{name}__typed"' in html.partition("<noscript>")[2]
    assert html.count("__typed") == html.count("<noscript><label>") == 2


@pytest.mark.parametrize("typed", ["петровы", "8 916 000-00-01", "Петрова Ве"])
def test_household_is_typed_by_its_name_or_by_somebody_in_it(client, rita, home, typed):
    anna = make_patient()

    save(client, anna, household__typed=typed)

    assert Patient.objects.get(pk=anna.pk).household == home


def test_tags_are_typed_with_commas_and_added_to_those_that_are_there(client, rita):
    anna, children, braces = make_patient(), make_tag(), make_tag("braces", "Брекеты")
    fearful = make_tag("fearful", "Боится")
    make_tag("fearful-child", "Боится, ребёнок")
    anna.tags.add(children)

    save(client, anna, tags=[children.pk], tags__typed="брекет, боится")

    assert set(anna.tags.all()) == {children, braces, fearful}


@pytest.mark.parametrize(("field", "typed"), [("household", "Кузнецовы"), ("tags", "Есть"), ("tags", "нет такой")])
def test_what_fits_nobody_or_several_is_refused_at_its_field_and_stays(client, rita, home, field, typed):
    anna = make_patient()
    make_tag()
    make_tag("has-braces", "Есть брекеты")

    page = save(client, anna, **{f"{field}__typed": typed, "last_name": "Другая"})

    assert NOT_FOUND in text_of(page)
    assert f'name="{field}__typed" value="{typed}"' in page.content.decode()
    assert Patient.objects.get(pk=anna.pk).last_name == "Иванова"


def test_social_group_has_an_empty_row_to_write_into(client, rita):
    anna = make_patient()
    group = make_social_group()
    shown = client.get(change_url(anna)).content.decode()
    row = {"social_groups-0-group": group.pk, "social_groups-0-document": "удостоверение 17"}

    save(client, anna, **row, **{"social_groups-TOTAL_FORMS": "1"})

    assert all(f'name="{name}"' in shown for name in row)
    assert anna.social_groups.get().document == "удостоверение 17"


def test_household_of_another_clinic_is_not_found(client, rita):
    vera = make_patient("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    home = Household.objects.create(name="Чужовы", contact=vera)
    Patient.objects.filter(pk=vera.pk).update(household=home)
    anna = make_patient()

    page = save(client, anna, household__typed="Чужовы")

    assert NOT_FOUND in text_of(page)
    assert Patient.objects.get(pk=anna.pk).household is None


def test_new_service_and_new_member_of_staff_are_made_without_scripts(client):
    make_service("hygiene", "care")
    clinic = make_clinic()
    client.force_login(make_staff("olga", "owner"))
    User.objects.create_user("nina", is_staff=True, last_name="Новая")
    service = {"code": "polish", "name": "Полировка", "category__typed": "care", "price": "900", "is_active": "on"}
    member = {"user__typed": "nina", "clinics": [clinic.pk], "home_clinic": clinic.pk, "phone": ""}

    answers = [
        client.post("/admin/clinics/service/add/", service),
        client.post("/admin/clinics/staffmember/add/", member),
    ]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Service.objects.get(code="polish").category == ServiceCategory.objects.get(code="care")
    assert StaffMember.objects.get(user__username="nina").home_clinic == clinic
