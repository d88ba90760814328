"""Doctors in the admin: managers keep the list of their clinics, the desk and the marketer look at it."""

import pytest
from django.urls import reverse

from clinics.models import Doctor
from tests.people import make_clinic, make_doctor, make_rita, make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/clinics/doctor/"


def change_url(doctor):
    return reverse("admin:clinics_doctor_change", args=[doctor.pk])


def form_of(*clinics, **changes):
    fields = {"code": "petrov", "name": "Петров П. П.", "is_active": "on", "clinics": [c.pk for c in clinics]}
    return fields | changes


def test_manager_adds_a_doctor_to_a_clinic(client):
    client.force_login(make_staff("maria", "manager"))

    client.post(f"{LIST}add/", form_of(make_clinic()))

    doctor = Doctor.objects.get()
    assert (doctor.code, doctor.name, doctor.is_active) == ("petrov", "Петров П. П.", True)
    assert list(doctor.clinics.all()) == [make_clinic()]


def test_two_doctors_can_not_have_one_code(client):
    make_doctor()
    client.force_login(make_staff("maria", "manager"))

    page = client.post(f"{LIST}add/", form_of(make_clinic(), name="Петрова"))

    assert list(page.context["adminform"].form.errors) == ["code"]
    assert Doctor.objects.count() == 1


def test_doctor_without_a_clinic_is_refused(client):
    client.force_login(make_staff("maria", "manager"))

    page = client.post(f"{LIST}add/", form_of())

    assert list(page.context["adminform"].form.errors) == ["clinics"]
    assert Doctor.objects.count() == 0


@pytest.mark.parametrize("role", ["receptionist", "senior", "marketer"])
def test_others_see_doctors_and_change_nothing(client, role):
    doctor = make_doctor()
    client.force_login(make_staff("rita", role))

    answers = [
        client.get(LIST),
        client.get(change_url(doctor)),
        client.post(change_url(doctor), form_of(make_clinic(), name="Другой")),
        client.post(f"{LIST}add/", form_of(make_clinic(), code="other")),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]
    assert Doctor.objects.get().name == "Петров П. П."


def test_nobody_of_the_staff_deletes_a_doctor(client):
    doctor = make_doctor()
    client.force_login(make_staff("olga", "owner"))

    answer = client.post(reverse("admin:clinics_doctor_delete", args=[doctor.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert Doctor.objects.count() == 1


def test_doctors_of_another_clinic_are_neither_listed_nor_opened(client):
    doctor = make_doctor(clinics=[make_clinic("omsk", name="Омск")])
    client.force_login(make_rita())

    assert list(client.get(LIST).context["cl"].result_list) == []
    assert client.get(change_url(doctor)).status_code == 302


def test_doctor_of_two_own_clinics_is_listed_once(client):
    clinics = [make_clinic(), make_clinic("omsk", name="Омск")]
    doctor = make_doctor(clinics=clinics)
    client.force_login(make_staff("rita", "receptionist", clinics=clinics))

    assert list(client.get(LIST).context["cl"].result_list) == [doctor]


def test_clinics_that_a_manager_does_not_see_stay_with_the_doctor(client):
    here, elsewhere = make_clinic(), make_clinic("omsk", name="Омск")
    doctor = make_doctor(clinics=[here, elsewhere])
    client.force_login(make_staff("maria", "manager", clinics=[here]))

    client.post(change_url(doctor), form_of(here, name="Петров Пётр"))

    assert Doctor.objects.get().name == "Петров Пётр"
    assert set(doctor.clinics.all()) == {here, elsewhere}


def test_manager_gives_a_doctor_to_own_clinics_only(client):
    elsewhere = make_clinic("omsk", name="Омск")
    doctor = make_doctor()
    client.force_login(make_staff("maria", "manager"))

    page = client.post(change_url(doctor), form_of(make_clinic(), elsewhere))

    assert page.status_code == 200
    assert list(doctor.clinics.all()) == [make_clinic()]
