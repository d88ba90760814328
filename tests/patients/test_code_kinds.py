"""A code for one thing opens no other: codes of the log-in spend nothing, codes to spend log nobody in."""

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from loyalty.models import Receipt
from patients.models import SpendCode, SpendProof
from patients.spend_codes import code_digits, new_spend_code
from tests.cabinet.pages import ask_code, try_code
from tests.cabinet.sms import open_sms_box
from tests.desk.desk_pages import line, open_patient, quote_and_confirm, text_of
from tests.people import make_clinic, make_rita
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sms(monkeypatch):
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield open_sms_box(monkeypatch)


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 3000, at=NOON)
    return anna


@pytest.fixture
def phone():
    """Anna's browser."""
    return Client(HTTP_ACCEPT_LANGUAGE="ru")


@pytest.fixture
def rita():
    return make_rita()


@pytest.fixture
def desk(sms, rita):
    desk = Client()
    desk.force_login(rita, backend="clinics.role_backend.RoleBackend")
    return desk


def test_code_of_the_log_in_spends_no_points(phone, desk, sms, anna):
    ask_code(phone)

    answer = quote_and_confirm(
        desk, open_patient(desk), [line(price="10000")], spend="maximum", code=sms.last_code
    )

    assert answer.status_code == 422
    assert "Код не подошёл." in text_of(answer)
    assert (Receipt.objects.count(), SpendProof.objects.count()) == (0, 0)


def test_code_of_the_card_logs_nobody_in(phone, sms, anna):
    ask_code(phone)
    assert code_of(anna, now=NOON) != sms.last_code

    try_code(phone, code_of(anna, now=NOON))

    assert "_auth_user_id" not in phone.session


def test_code_sent_to_spend_logs_nobody_in_and_stays_good_for_spending(phone, desk, rita, sms, anna):
    new_spend_code(patient_id=anna.pk, clinic=make_clinic(), actor=rita, now=NOON)
    digits = code_digits(SpendCode.objects.get())
    ask_code(phone)

    for typed in (digits, f"{digits}00", f"00{digits}"):
        try_code(phone, typed)
    inside = "_auth_user_id" in phone.session
    quote_and_confirm(desk, open_patient(desk), [line(price="10000")], spend="maximum", code=digits)

    assert not inside
    assert Receipt.objects.get().proven_by == "SMS"
