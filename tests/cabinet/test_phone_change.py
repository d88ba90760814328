"""A number that changes hands: whoever holds the old one is out of the cabinet."""

from django.test import Client

from patients.models import Patient
from tests.cabinet.pages import log_in
from tests.patient_card import card_form, change_url
from tests.people import make_rita
from tests.programs import make_member, publish_preset


def test_new_phone_at_the_desk_ends_the_open_cabinet_sessions(client, sms):
    publish_preset()
    anna = make_member()
    log_in(client, sms)
    was_in = client.get("/").status_code
    desk = Client()
    desk.force_login(make_rita(), backend="clinics.role_backend.RoleBackend")

    desk.post(change_url(anna), card_form(anna, new_phone="+7 916 000-00-77"))

    assert Patient.objects.get().phone == "+79160000077"
    assert (was_in, client.get("/").status_code) == (200, 302)


def test_other_changes_leave_the_sessions_open(client, sms):
    publish_preset()
    anna = make_member()
    log_in(client, sms)
    desk = Client()
    desk.force_login(make_rita(), backend="clinics.role_backend.RoleBackend")

    desk.post(change_url(anna), card_form(anna, email="anna@example.org"))

    assert Patient.objects.get().email == "anna@example.org"
    assert client.get("/").status_code == 200
