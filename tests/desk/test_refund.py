"""Refund of a whole receipt: the preview equals the act, one refund a receipt, nothing written on refusal."""

import re
from datetime import timedelta

import pytest

from loyalty.ledger import posting
from loyalty.models import Receipt, Refund, Standing
from tests.desk.desk_pages import open_patient, picture_lines, quote_and_confirm, text_of
from tests.desk.written import written
from tests.people import make_clinic, make_staff
from tests.programs import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(client, rita, anna):
    """The receipt of the desk's picture with the maximum spent."""
    quote_and_confirm(client, open_patient(client), picture_lines(), spend="maximum")
    return Receipt.objects.get()


def preview(client, receipt):
    return client.get(f"/admin/desk/refund/{receipt.pk}/")


def hidden(page):
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1] for name in ("key", "shown")
    }


def refund(client, receipt, page, **fields):
    return client.post(f"/admin/desk/refund/{receipt.pk}/", {**hidden(page), "reason": "CANCELLED", **fields})


def test_preview_shows_money_points_and_the_balance_after_and_writes_nothing(client, receipt):
    before = written()

    text = text_of(preview(client, receipt))

    assert f"Возврат по чеку {receipt.pk}" in text
    assert (
        "Вернём деньгами 47 200 ₽ Вернём пациенту баллы +1 300 Заберём начисленные −4 248 Баланс станет 3 450"
        in text
    )
    assert written() == before


def test_confirmed_refund_equals_its_preview(client, receipt, anna, rita):
    answer = refund(client, receipt, preview(client, receipt), note="перенос")

    row = Refund.objects.get()
    assert answer.url == f"/admin/desk/?refunded={row.pk}"
    assert (
        f"✓ Возврат по чеку {receipt.pk} проведён: деньгами 47 200 ₽, баллы +1 300 и −4 248. Баланс 3 450."
        in text_of(client.get(answer.url))
    )
    assert (row.money, row.points_returned, row.points_taken) == (47_200, 1300, 4248)
    assert (row.reason, row.note, row.actor) == ("CANCELLED", "перенос", rita)
    assert Standing.objects.get(patient=anna).account.balance == 3450


def test_burnt_points_come_back_with_a_new_day_and_the_preview_says_so(client, receipt, anna, noon):
    thirtieth = NOON.replace(day=30)
    noon.move_to(thirtieth)

    text = text_of(preview(client, receipt))

    assert "Вернём пациенту баллы 450 из них сгорели; новый срок — 14 декабря +1 300" in text


def test_second_submit_shows_the_first_refund(client, receipt):
    page = preview(client, receipt)
    refund(client, receipt, page)
    before = written()

    answer = refund(client, receipt, page)

    assert f"Этот возврат уже проведён: чек {receipt.pk}." in text_of(client.get(answer.url))
    assert written() == before


def test_refunded_receipt_is_not_refunded_again(client, receipt):
    page = preview(client, receipt)
    refund(client, receipt, page)
    before = written()

    again = preview(client, receipt)
    forced = client.post(
        f"/admin/desk/refund/{receipt.pk}/", {"key": "another", "shown": hidden(page)["shown"], "reason": "OTHER"}
    )

    for answer in (again, forced):
        assert f"Чек {receipt.pk} уже возвращён полностью." in text_of(answer)
    assert written() == before


@pytest.mark.parametrize("reason", ["", "BECAUSE"])
def test_refund_without_a_reason_is_refused_and_nothing_is_written(client, receipt, reason):
    page = preview(client, receipt)
    before = written()

    answer = refund(client, receipt, page, reason=reason)

    assert answer.status_code == 422
    assert "Выберите причину возврата." in text_of(answer)
    assert written() == before


def test_sums_that_have_changed_are_shown_again_before_the_act(client, receipt, anna):
    page = preview(client, receipt)
    posting.spend(
        account_id=anna.standing.account_id, units=6000, key="other desk", at=NOON + timedelta(minutes=1)
    )
    before = written()

    answer = refund(client, receipt, page)

    assert answer.status_code == 409
    assert "Суммы изменились с тех пор, как вы их видели. Проверьте новые." in text_of(answer)
    assert "Баланс станет −2 550" in text_of(answer)
    assert written() == before


def test_receipt_of_a_foreign_clinic_cannot_be_refunded(client, receipt):
    page = preview(client, receipt)
    client.force_login(make_staff("sonya", "receptionist", clinics=[make_clinic("omsk", name="Омск")]))
    before = written()

    assert preview(client, receipt).status_code == 404
    assert refund(client, receipt, page).status_code == 404
    assert written() == before


@pytest.mark.parametrize("role", ["marketer", "manager"])
def test_role_without_the_permission_cannot_refund(client, receipt, role):
    page = preview(client, receipt)
    client.force_login(make_staff("maria", role))
    before = written()

    assert preview(client, receipt).status_code == 403
    assert refund(client, receipt, page).status_code == 403
    assert written() == before


def test_strip_lists_the_last_receipts_with_the_way_to_refund(client, receipt):
    page = client.get("/admin/desk/", {"who": open_patient(client)})

    assert f"Чек {receipt.pk} · 22 ноября · 47 200 ₽ Вернуть" in text_of(page)
    assert f"/admin/desk/refund/{receipt.pk}/" in page.content.decode()


def test_refunded_receipt_is_marked_in_the_strip(client, receipt):
    refund(client, receipt, preview(client, receipt))

    assert f"Чек {receipt.pk} · 22 ноября · 47 200 ₽ возвращён" in text_of(
        client.get("/admin/desk/", {"who": open_patient(client)})
    )
