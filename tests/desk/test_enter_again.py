"""A mistake is mended by a refund and by entering the same document once more."""

import pytest

from loyalty.models import Receipt, Refund, Standing
from loyalty.refunds.refunding import RefundWish, refund_receipt
from tests.desk.desk_pages import confirm, line, open_patient, quote, quote_and_confirm, text_of, token_of
from tests.desk.written import written
from tests.people import make_clinic
from tests.programs import NOON

pytestmark = pytest.mark.django_db
BILL = (line(price="6500"),)


@pytest.fixture
def wrong(client, rita, anna):
    """Two hygienes at 6 500 where one was meant, refunded in full."""
    quote_and_confirm(client, open_patient(client), [line("hygiene-full", "6500", quantity="2")])
    receipt = Receipt.objects.get()
    refund_receipt(RefundWish(receipt_id=receipt.pk, key="k", reason=Refund.Reason.MISTAKE), actor=rita, at=NOON)
    return receipt


def again(client, receipt):
    return client.get(f"/admin/desk/again/{receipt.pk}/")


def enter(client, who, receipt, bill=BILL):
    """Quote and confirm the bill as the receipt's document entered again."""
    token = token_of(quote(client, who, bill, replaces=str(receipt.pk)))
    return confirm(client, who, bill, token, replaces=str(receipt.pk))


def test_lines_come_back_to_be_corrected_and_the_receipt_is_the_next_revision(client, wrong, anna):
    page = again(client, wrong)
    html = page.content.decode()

    answer = enter(client, page.context["page"].who, wrong, [line("hygiene-full", "6500")])

    assert f"Чек {wrong.pk} возвращён. Исправьте строки, нажмите «Рассчитать» и проведите заново." in text_of(page)
    assert 'name="line_price" class="price" value="6500"' in html
    assert 'name="line_quantity" class="quantity" value="2"' in html
    assert f'name="replaces" value="{wrong.pk}"' in html
    right = Receipt.objects.get(revision=2)
    assert answer.url.endswith(f"done={right.pk}")
    assert (right.replaces, right.paid, right.points_earned) == (wrong, 6500, 585)  # 9 %
    assert Standing.objects.get(patient=anna).account.balance == 3450 + 585


def test_desk_offers_it_after_the_refund_and_in_the_last_receipts_until_it_is_done(client, wrong):
    link = f"/admin/desk/again/{wrong.pk}/"
    places = [f"/admin/desk/?refunded={Refund.objects.get().pk}", f"/admin/desk/?who={open_patient(client)}"]
    assert [link in client.get(place).content.decode() for place in places] == [True, True]

    enter(client, open_patient(client), wrong)

    assert link not in client.get(places[1]).content.decode()
    newer = Receipt.objects.get(revision=2)
    assert again(client, wrong).url == f"/admin/desk/?done={newer.pk}&again=1"


def test_receipt_that_stands_leads_to_its_refund(client, rita, anna):
    quote_and_confirm(client, open_patient(client), BILL)
    receipt = Receipt.objects.get()

    assert again(client, receipt).url == f"/admin/desk/refund/{receipt.pk}/"


def test_second_entry_with_other_lines_is_said_and_nothing_is_written(client, wrong):
    who, other = open_patient(client), [line(price="7000")]
    late = token_of(quote(client, who, other, replaces=str(wrong.pk)))
    enter(client, who, wrong)
    newer = Receipt.objects.get(revision=2)
    before = written()

    page = confirm(client, who, other, late, replaces=str(wrong.pk))

    assert page.status_code == 409
    assert "Баланс изменился" in text_of(page) or f"это чек {newer.pk}" in text_of(page)
    assert written() == before


def test_entry_for_a_receipt_that_stands_is_said_and_nothing_is_written(client, wrong):
    who = open_patient(client)
    enter(client, who, wrong)
    newer = Receipt.objects.get(revision=2)
    before = written()

    page = enter(client, who, newer)

    assert page.status_code == 409
    assert (
        f"Чек {newer.pk} возвращён не полностью и действует. Если провести сейчас, получится ещё один чек."
        in text_of(page)
    )
    assert 'name="replaces"' not in page.content.decode()
    assert written() == before


def test_receipt_of_another_clinic_is_not_entered_again(client, wrong):
    Receipt.objects.filter(pk=wrong.pk).update(clinic=make_clinic("ural"))
    who = open_patient(client)
    before = written()

    assert again(client, wrong).status_code == 404
    assert enter(client, who, wrong).status_code == 409
    assert written() == before
