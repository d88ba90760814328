"""What an address typed by hand must not open: foreign histories, masked fields, other clinics' patients."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from loyalty.ledger import posting
from patients.models import Patient
from tests.people import make_clinic, make_patient, make_rita, make_staff
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
LIST = "/admin/patients/patient/"


def make_vera(**fields):
    return make_patient("Чужова", "Вера", "+79160000001", **fields)


def make_foreign_vera():
    return make_vera(clinic=make_clinic("omsk", name="Омск"))


def version_url(patient):
    version = patient.history.first().history_id
    return reverse("admin:patients_patient_simple_history", args=[patient.pk, version])


def history_url(patient):
    return reverse("admin:patients_patient_history", args=[patient.pk])


@pytest.mark.parametrize("address", [history_url, version_url])
def test_history_of_another_clinics_patient_does_not_open(client, address):
    url = address(make_foreign_vera())
    client.force_login(make_rita())

    assert client.get(url).status_code == 404


@pytest.mark.parametrize("role", ["marketer", "receptionist", "owner"])
def test_nobody_writes_a_patient_through_an_old_version(client, role):
    vera = make_vera()
    client.force_login(make_staff("maria", role))
    fields = {
        "last_name": "Взломова", "first_name": "", "middle_name": "", "email": "", "preferred_channel": "SMS",
        "language": "ru", "birth_date": "", "sex": "", "note": "", "new_phone": "+79169999999", "household": "",
    }  # fmt: skip

    answer = client.post(version_url(vera), fields)

    assert answer.status_code == 403
    assert Patient.objects.values_list("last_name", "phone").get() == ("Чужова", "+79160000001")


def test_history_is_seen_at_the_own_clinic_with_phones_masked(client):
    vera = make_vera()
    vera.phone = "+79160000002"
    vera.save(update_fields=["phone"])
    client.force_login(make_rita())

    pages = [client.get(history_url(vera)), client.get(version_url(vera))]

    assert [page.status_code for page in pages] == [200, 200]
    assert "•••00-01" in pages[0].content.decode()
    assert not any("7916000000" in page.content.decode() for page in pages)


def test_history_of_a_patient_without_a_number_is_not_found(client):
    client.force_login(make_rita())

    answers = [client.get(f"{LIST}{number}/history/") for number in ("abc", "9" * 30, "1/history/abc")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}?phone__startswith=%2B7916",
        f"{LIST}?phone=%2B79160000001",
        f"{LIST}?user__password__startswith=pbkdf2",
        "/admin/notifications/outboxmessage/?address__startswith=%2B7",
        "/admin/notifications/outboxmessage/?patient__phone__startswith=%2B7",
    ],
)
def test_masked_fields_cannot_be_guessed_by_the_address(client, address):
    make_vera()
    client.force_login(make_staff("maria", "marketer"))

    assert client.get(address).status_code == 400


@pytest.mark.parametrize("query", ["status__exact=MEMBER", "home_clinic=1", "home_clinic=abc", "q=a", "o=1"])
def test_filters_of_the_page_still_work(client, query):
    client.force_login(make_rita())

    assert client.get(f"{LIST}?{query}").status_code == 200


def test_endless_number_of_a_clinic_filters_nothing(client):
    client.force_login(make_rita())

    assert client.get(f"{LIST}?home_clinic={'9' * 5000}").status_code == 200


def test_burning_of_many_clinics_names_only_own_patients(client):
    publish_preset(has_welcome=False)
    anna = make_member()
    vera = make_member("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    for patient in (anna, vera):
        give_points(patient, 10, last_day=date(2026, 11, 20), at=NOON - timedelta(days=9))
    accounts = [patient.standing.account_id for patient in (anna, vera)]
    night = posting.burn_slice(account_ids=accounts, cutoff=NOON, key="night", at=NOON)
    client.force_login(make_rita())

    page = client.get(reverse("admin:loyalty_operation_change", args=[night.operation_id])).content.decode()

    assert "Иванова Анна: −10" in page
    assert "Чужова" not in page
