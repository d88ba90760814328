"""Progress in roubles and by date, the same at the desk, on the patient's card and in the cabinet."""

from datetime import date

import pytest
import time_machine

from patients.admin.points_block import read_points_block
from tests.cabinet.pages import log_in
from tests.cabinet.sms import open_sms_box
from tests.desk.desk_pages import find, text_of
from tests.people import make_staff
from tests.programs import make_member
from tests.tiers.paying import moscow, pay, run_night, run_tiers

pytestmark = pytest.mark.django_db
PAID_AT = moscow(2026, 1, 31, 12, 0)


@pytest.fixture
def sms(monkeypatch):
    return open_sms_box(monkeypatch)


@pytest.fixture
def anna():
    """Silver by two payments of 40 000."""
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 40_000, at=PAID_AT)
    pay(anna, 40_000, at=moscow(2026, 5, 9, 12, 0))
    return anna


def screens(client, sms, patient, *, at):
    """Texts of the strip, the card and the cabinet, read at one moment."""
    with time_machine.travel(at, tick=False):
        client.force_login(make_staff("mila", "receptionist"))
        strip = text_of(client.get(find(client, "+79161234567").url))
        card = " ".join(read_points_block(patient=patient, at=at).tier_notes).replace("\u00a0", " ")
    client.logout()
    with time_machine.travel(at, tick=True):
        log_in(client, sms, "8 916 123-45-67")
        return strip, card, text_of(client.get("/"))


def test_all_screens_say_until_when_the_sum_counts_and_the_tier_is_kept(client, sms, anna):
    texts = screens(client, sms, anna, at=moscow(2026, 11, 22, 12, 0))

    for text in texts:
        assert "До «Золото» осталось 70 000 ₽, если оплатить до 31.01.2027 включительно" in text
        assert "Оплат хватает, чтобы сохранить «Серебро» до 31.01.2027 включительно." in text


def test_all_screens_say_what_to_pay_by_when_to_keep_the_tier(client, sms, anna):
    run_night(date(2027, 2, 1))

    texts = screens(client, sms, anna, at=moscow(2027, 2, 1, 12, 0))

    for text in texts:
        assert "До «Золото» осталось 110 000 ₽, если оплатить до 9 мая включительно" in text
        assert "Чтобы сохранить «Серебро», оплатите ещё 10 000 ₽ до 3 марта включительно." in text


def test_all_screens_show_the_fallen_tier_though_the_night_is_late(client, sms, anna):
    run_night(date(2027, 2, 1))

    texts = screens(client, sms, anna, at=moscow(2027, 3, 4, 1, 0))

    for text in texts:
        assert "До «Серебро» осталось 10 000 ₽, если оплатить до 9 мая включительно" in text


def test_nightly_program_says_that_the_tier_begins_tomorrow(client, sms):
    run_tiers(recount="nightly")
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 60_000, at=PAID_AT)

    texts = screens(client, sms, anna, at=moscow(2026, 1, 31, 13, 0))

    for text in texts:
        assert "«Серебро» — с завтрашнего дня" in text


def test_a_window_of_months_costs_the_cabinet_one_query(client, sms, anna, django_assert_max_num_queries):
    with time_machine.travel(moscow(2026, 11, 22, 12, 0)):
        log_in(client, sms, "8 916 123-45-67")
        client.get("/")

        with django_assert_max_num_queries(8):
            client.get("/")
