"""A receipt paid earlier without a card, on the desk."""

from datetime import timedelta

import pytest

from loyalty.models import Receipt
from tests.desk.desk_pages import confirm, line, open_patient, quote, quote_and_confirm, text_of, token_of
from tests.desk.written import written
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
BILL = (line(price="10000"),)


def test_receipt_of_this_morning_earns_and_asks_for_no_spending(client, rita, anna):
    who = open_patient(client)

    page = quote(client, who, BILL, paid_at="2026-11-22T09:30")
    answer = quote_and_confirm(client, who, BILL, paid_at="2026-11-22T09:30")

    assert "Будет начислено +900" in text_of(page)
    assert 'value="maximum"' not in page.content.decode()
    receipt = Receipt.objects.get()
    assert answer.url.endswith(f"done={receipt.pk}")
    assert receipt.paid_at.isoformat() == "2026-11-22T06:30:00+00:00"


def test_wish_to_spend_on_what_is_paid_already_is_dropped(client, rita, anna):
    quote_and_confirm(client, open_patient(client), BILL, paid_at="2026-11-22T09:30", spend="maximum")

    assert Receipt.objects.get().points_spent == 0


@pytest.mark.parametrize(
    ("paid_at", "text"),
    [
        ("2026-11-21T11:59", "Чек можно добавить в течение 24 часов после оплаты, а этот старше."),
        ("2026-11-22T12:01", "Это время ещё не наступило. Проверьте день и час."),
        ("вчера", "«вчера» не похоже на день и час. Выберите их в поле."),
        ("0001-01-01T00:00", "Чек можно добавить в течение 24 часов после оплаты, а этот старше."),
    ],
)
def test_wrong_moment_is_said_at_its_field_and_nothing_is_written(client, rita, anna, paid_at, text):
    who = open_patient(client)
    before = written()

    page = quote(client, who, BILL, paid_at=paid_at)

    assert page.status_code == 422
    assert text in text_of(page)
    assert f'value="{paid_at}"' in page.content.decode()
    assert 'value="10000"' in page.content.decode()
    assert written() == before


def test_payment_before_the_program_began_is_said_at_its_field(client, rita):
    publish_preset(starts_at=NOON - timedelta(hours=1), has_welcome=False)
    make_member(at=NOON - timedelta(minutes=30))

    page = quote(client, open_patient(client), BILL, paid_at="2026-11-22T10:59")

    assert page.status_code == 422
    assert "В это время программа ещё не действовала: баллов за чек нет." in text_of(page)


def test_day_that_passes_between_quote_and_confirmation_is_said(client, rita, anna, noon):
    who = open_patient(client)
    token = token_of(quote(client, who, BILL, paid_at="2026-11-21T12:05"))
    noon.shift(6 * 60)
    before = written()

    page = confirm(client, who, BILL, token, paid_at="2026-11-21T12:05")

    assert page.status_code == 422
    assert "Чек можно добавить в течение 24 часов после оплаты, а этот старше." in text_of(page)
    assert written() == before
