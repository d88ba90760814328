"""Refund of a receipt, whole or in slices: the preview equals the act, nothing written on refusal."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.ledger import posting
from loyalty.models import Receipt, Refund, Standing, ThresholdGift
from loyalty.nightly import night
from tests.desk.desk_pages import line, open_patient, open_with_qr, picture_lines, quote_and_confirm, text_of
from tests.desk.written import written
from tests.people import make_clinic, make_service, make_staff
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
POINTS_WITHOUT_DEBT = {
    "value_kopecks": 100,
    "life": {"kind": "months", "months": 2},
    "lot_grace_days": 14,
    "negative_policy": "zero",
}


@pytest.fixture
def receipt(client, rita, anna):
    """The receipt of the desk's picture with the maximum spent."""
    quote_and_confirm(client, open_with_qr(client, anna), picture_lines(), spend="maximum")
    return Receipt.objects.get()


def preview(client, receipt, **asked):
    """The empty page, or the page with what is asked for calculated."""
    address = f"/admin/desk/refund/{receipt.pk}/"
    return client.post(address, asked) if asked else client.get(address)


def hidden(page):
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1] for name in ("key", "shown")
    }


def refund(client, receipt, page, **fields):
    posted = {**hidden(page), "act": "post", "reason": "CANCELLED", **fields}
    return client.post(f"/admin/desk/refund/{receipt.pk}/", posted)


def slice_of(client, receipt, **asked):
    """Calculate and post."""
    return refund(client, receipt, preview(client, receipt, **asked), **asked)


def line_amounts(*typed):
    return {
        "scope": "line_amounts",
        "amount_line": [str(position) for position, _text in enumerate(typed, start=1)],
        "line_amount": list(typed),
    }


def test_preview_shows_money_points_and_the_balance_after_and_writes_nothing(client, receipt):
    before = written()

    text = text_of(preview(client, receipt))

    assert f"Возврат по чеку {receipt.pk}" in text
    assert (
        "Вернём деньгами 47 200 ₽ Вернём пациенту баллы +1 300 "
        "Заберём начисленные Кешбэк: −4 248 −4 248 Баланс станет 3 450 Останется по чеку 0 ₽" in text
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
        f"/admin/desk/refund/{receipt.pk}/",
        {"key": "another", "shown": hidden(page)["shown"], "reason": "OTHER", "act": "post"},
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
    assert "Баланс станет Долг 2 550: новые баллы сначала покроют его. −2 550" in text_of(answer)
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


def test_ticked_line_is_calculated_and_refunded_alone(client, receipt):
    asked = {"scope": "lines", "line": "2"}
    before = written()

    page = preview(client, receipt, **asked)

    text = text_of(page)
    assert written() == before
    assert "Вернём деньгами 42 000 ₽ Вернём пациенту баллы 0 Заберём начисленные Кешбэк: −3 780 −3 780" in text
    assert "Останется по чеку Гигиена: 6 500 ₽ Имплантация, этап 1: 0 ₽ 6 500 ₽" in text
    refund(client, receipt, page, **asked)
    row = Refund.objects.get()
    assert (row.money, row.points_returned, row.points_taken) == (42_000, 0, 3780)
    assert (row.portion, row.is_complete) == ({"kind": "lines", "positions": [2]}, False)


def test_amounts_of_lines_are_typed_as_people_type_them(client, receipt):
    slice_of(client, receipt, **line_amounts("3 250", "10000,50 ₽"))

    # Half of the hygiene: 650 of 1 300 points, 2 600 in money; 9 % of 47 200 - 12 600.50 = 3 113.95.
    row = Refund.objects.get()
    assert (float(row.money), row.points_returned, row.points_taken) == (12_600.50, 650, 4248 - 3113)
    assert list(row.lines.order_by("line").values_list("price", flat=True)) == [3250, Decimal("10000.50")]


def test_one_amount_is_spread_over_the_lines(client, receipt):
    slice_of(client, receipt, scope="amount", amount="24250")

    # Half of 48 500: half of each line.
    row = Refund.objects.get()
    assert (row.money, row.points_returned, row.points_taken) == (23_600, 650, 2124)


def test_next_slice_shows_what_is_left_and_the_earlier_refunds(client, receipt):
    slice_of(client, receipt, scope="lines", line="2")

    text = text_of(preview(client, receipt))

    assert "Всё, что осталось 6 500 ₽" in text
    assert "Гигиена осталось 6 500 ₽ из 6 500 ₽" in text
    assert "Имплантация, этап 1 возвращено" in text
    assert "Возвраты по этому чеку 22.11.2026: деньгами 42 000 ₽, баллы 0 и −3 780 Отмена услуги · rita" in text


def test_all_slices_give_back_exactly_the_whole(client, receipt, anna):
    slice_of(client, receipt, **line_amounts("1000", ""))
    slice_of(client, receipt, scope="amount", amount="33333,33")
    slice_of(client, receipt, scope="lines", line=["1"])
    slice_of(client, receipt, scope="everything")

    rows = Refund.objects.order_by("id")
    assert sum(row.money for row in rows) == 47_200
    assert sum(row.points_returned for row in rows) == 1300
    assert sum(row.points_taken for row in rows) == 4248
    assert [row.is_complete for row in rows] == [False, False, False, True]
    assert Standing.objects.get(patient=anna).account.balance == 3450


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        pytest.param({"scope": "lines"}, "Отметьте хотя бы одну строку.", id="no line"),
        pytest.param({"scope": "lines", "line": "9"}, "Отметьте хотя бы одну строку.", id="foreign line"),
        pytest.param(line_amounts("", ""), "Введите сумму хотя бы для одной строки.", id="no amount"),
        pytest.param(line_amounts("7000", ""), "Осталось 6 500 ₽. Введите не больше.", id="above the line"),
        pytest.param(line_amounts("ten", "5"), "«ten» — не сумма", id="letters"),
        pytest.param({"scope": "amount", "amount": ""}, "Сумма пустая. Введите её в рублях.", id="empty"),
        pytest.param({"scope": "amount", "amount": "-5"}, "больше нуля", id="negative"),
        pytest.param({"scope": "amount", "amount": "0,005"}, "копейки", id="parts of a kopeck"),
        pytest.param(
            {"scope": "amount", "amount": "48500,01"}, "Осталось 48 500 ₽. Введите не больше.", id="above all"
        ),
    ],
)
def test_wrong_amount_is_said_at_its_field_keeps_what_was_typed_and_writes_nothing(client, receipt, asked, error):
    page = preview(client, receipt)
    before = written()

    for answer in (preview(client, receipt, **asked), refund(client, receipt, page, note="к врачу", **asked)):
        assert answer.status_code == 422
        assert error in text_of(answer)
        for typed in (asked.get("amount"), *asked.get("line_amount", ())):
            assert not typed or f'value="{typed}"' in answer.content.decode()
    assert 'value="к врачу"' in answer.content.decode()
    assert written() == before


def test_lines_that_are_refunded_already_are_refused(client, receipt):
    slice_of(client, receipt, scope="lines", line="2")
    before = written()

    answer = preview(client, receipt, scope="lines", line="2")

    assert answer.status_code == 422
    assert "Эти строки уже возвращены. Выберите другие." in text_of(answer)
    assert written() == before


def test_refund_changed_after_its_preview_is_shown_before_the_act(client, receipt):
    page = preview(client, receipt, scope="amount", amount="1000")
    before = written()

    answer = refund(client, receipt, page, scope="amount", amount="2000")

    assert answer.status_code == 409
    assert "Суммы изменились с тех пор, как вы их видели. Проверьте новые." in text_of(answer)
    assert written() == before


def test_slice_refunded_at_another_desk_is_met_with_what_is_left(client, receipt):
    mine = preview(client, receipt, scope="amount", amount="30000")
    slice_of(client, receipt, scope="amount", amount="30000")
    before = written()

    answer = refund(client, receipt, mine, scope="amount", amount="30000")

    assert answer.status_code == 422
    assert "Осталось 18 500 ₽. Введите не больше." in text_of(answer)
    assert written() == before


def test_page_gone_back_to_and_changed_asks_for_another_refund(client, receipt):
    page = preview(client, receipt, scope="lines", line="1")
    refund(client, receipt, page, scope="lines", line="1")
    before = written()

    answer = refund(client, receipt, page, scope="lines", line="2")

    assert answer.status_code == 409
    assert written() == before
    refund(client, receipt, answer, scope="lines", line="2")
    assert Refund.objects.count() == 2


def test_key_of_another_receipts_refund_refunds_nothing(client, receipt):
    quote_and_confirm(client, open_patient(client), [line("hygiene-full", "1000")])
    other = Receipt.objects.latest("id")
    page = preview(client, other)
    refund(client, other, page)
    before = written()

    answer = refund(client, receipt, preview(client, receipt), key=hidden(page)["key"])

    assert answer.status_code == 409
    assert written() == before


def live(client, receipt, **asked):
    return client.post(f"/admin/desk/refund/{receipt.pk}/", asked, headers={"X-Desk-Fragment": "1"})


def test_script_gets_the_form_alone_and_an_error_is_no_failure_of_the_request(client, receipt):
    right = live(client, receipt, scope="amount", amount="1000")
    wrong = live(client, receipt, scope="amount", amount="100000")

    assert (right.status_code, wrong.status_code) == (200, 200)
    assert right.content.decode().strip().startswith('<form id="refund"')
    assert "Осталось 48 500 ₽. Введите не больше." in text_of(wrong)


@pytest.mark.parametrize("scope", ["lines", "line_amounts", "amount"])
def test_choice_just_made_is_not_called_wrong_while_nothing_is_typed(client, receipt, scope):
    answer = live(client, receipt, scope=scope)

    assert "Выберите, что возвращаем: суммы появятся здесь." in text_of(answer)
    assert "aria-invalid" not in answer.content.decode()
    assert not re.search(r'class="field-error"[^>]*>[^<]', answer.content.decode())


def test_burnt_and_forgiven_points_are_told_apart(client, rita, noon):
    """500 earned to 22 January: 300 spent elsewhere, 200 burnt; the program takes no debts."""
    publish_preset("cosmetology", points=POINTS_WITHOUT_DEBT)
    vera = make_member("Чужая", "Вера", "+79160000002")
    make_service("peeling", "care")
    quote_and_confirm(client, open_patient(client, "+79160000002"), [line("peeling", "10000")])
    receipt = Receipt.objects.get()
    posting.spend(account_id=vera.standing.account_id, units=300, key="elsewhere", at=NOON)
    late = NOON + timedelta(days=100)
    posting.burn_slice(account_ids=[vera.standing.account_id], cutoff=late, at=late, key="burn")
    noon.move_to(late)
    client.force_login(rita)

    text = text_of(preview(client, receipt))

    assert (
        "Заберём начисленные Косметологический уход: −500 200 баллов из них сгорели: второй раз не забираем. "
        "300 баллов из них остаются пациенту по правилам программы. 0 Баланс станет 0" in text
    )


def test_free_line_is_told_apart_from_a_refunded_one(client, rita):
    promotion = {
        "code": "third",
        "title": {"ru": "Третья услуга даром", "en": "Third one free"},
        "effect": {"kind": "free_line", "lines": 1},
        "days": {"first_day": "2026-09-01", "last_day": "2026-12-31"},
        "rules_link": "/rules/",
    }
    publish_preset("cosmetology", discounts={"promotions": [promotion]})
    make_member("Чужая", "Вера", "+79160000002")
    make_service("peeling", "care")
    make_service("mask", "care")
    bill = [line("peeling", "10000"), line("mask", "500")]
    quote_and_confirm(client, open_patient(client, "+79160000002"), bill)

    text = text_of(preview(client, Receipt.objects.get()))

    assert "peeling осталось 10 000 ₽ из 10 000 ₽ mask бесплатно" in text
    assert "Вернём деньгами 10 000 ₽" in text


def test_pending_points_are_told_apart_from_the_balance(client, rita):
    publish_preset("cosmetology", points=POINTS_WITHOUT_DEBT | {"pending_days": 7})
    make_member("Чужая", "Вера", "+79160000002")
    make_service("peeling", "care")
    quote_and_confirm(client, open_patient(client, "+79160000002"), [line("peeling", "10000")])

    text = text_of(preview(client, Receipt.objects.get(), scope="amount", amount="4000"))

    assert "Заберём начисленные Косметологический уход: −200 −200 Баланс станет ещё ожидают: 300 0" in text


def test_queries_of_a_preview_do_not_grow_with_the_lines(client, rita, anna):
    costs = []
    for count in (1, 1, 8):  # the first one fills caches
        quote_and_confirm(client, open_patient(client), [line("hygiene-full", "1000")] * count)
        receipt = Receipt.objects.latest("id")
        with CaptureQueriesContext(connection) as captured:
            assert preview(client, receipt, scope="amount", amount="100").status_code == 200
        costs.append(len(captured))

    assert costs[1] == costs[2] <= 32


def test_session_that_ends_in_mid_form_comes_back_to_the_filled_form(client, receipt):
    client.logout()

    answer = client.post(
        f"/admin/desk/refund/{receipt.pk}/",
        {"scope": "amount", "amount": "1000", "reason": "MISTAKE", "note": "личное", "act": "post"},
    )
    address = parse_qs(urlsplit(answer.url).query)["next"][0]
    client.force_login(User.objects.get(username="rita"))
    text = client.get(address).content.decode()

    assert 'name="amount" class="price" value="1000"' in text
    assert '<option value="MISTAKE" selected>' in text
    assert "личное" not in address + text
    assert Refund.objects.count() == 0


def test_gift_whose_sum_the_refund_undoes_is_shown_and_taken_back(client, receipt, noon):
    quote_and_confirm(client, open_patient(client), [line(price="3000")])
    noon.shift(timedelta(days=1))
    night.run_due_nights(at=NOON + timedelta(days=1))
    client.force_login(User.objects.get(username="rita"))
    page = preview(client, receipt)
    assert "Забираем подарок «Подарок за оплаты» Оставшихся оплат на него уже не хватает. −1 000" in text_of(page)

    text = text_of(client.get(refund(client, receipt, page).url))

    assert "Возврат по чеку" in text
    assert ThresholdGift.objects.get().lapsed_at is not None
