"""Codes bought for points at the desk: one scan, its own line in the sums, a reason when a code can't be used."""

import re
from datetime import timedelta

import pytest

from clinics import clock
from loyalty.models import PrivilegeCode, Receipt, Refund, Standing
from loyalty.nightly.night import run_due_nights
from loyalty.privileges.code_names import shown_code
from loyalty.refunds.refunding import RefundWish, refund_receipt
from tests.desk.desk_pages import confirm, find, line, open_patient, quote, text_of, token_of, who_of
from tests.people import make_clinic, make_service
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member
from tests.proofs import qr_of

pytestmark = pytest.mark.django_db
HYGIENE = [("hygiene-full", "6500")]


def lines():
    return [line(code, price) for code, price in HYGIENE]


def said(code):
    return shown_code(code.key, "ru")


@pytest.fixture
def code(rita, anna):
    return buy(anna, make_privilege(title="Гигиена −1 000 ₽", price=1000, amount=1000))


def error_at_code(answer):
    found = re.search(r'id="privilege-error">([^<]*)<', answer.content.decode())
    return found and found[1].replace("\u00a0", " ")


@pytest.mark.parametrize("typed", ["ru", "en"])
def test_one_scan_opens_the_patient_with_the_code_on_the_receipt(client, code, typed):
    answer = find(client, shown_code(code.key, typed))

    page = client.get(answer.url)
    assert f'name="privilege" value="{code.key}"' in page.content.decode()
    assert "Иванова Анна" in text_of(page)
    assert f"{said(code)} Гигиена −1 000 ₽" in text_of(page)


def test_scan_into_the_field_for_services_puts_the_code_on_the_receipt(client, code):
    answer = quote(client, open_patient(client), lines(), entry=said(code))

    text = text_of(answer)
    assert answer.status_code == 200
    assert "Сумма чека 6 500 ₽ Покрыто наградами −1 000 ₽" in text
    assert f"Награда по коду {said(code)}: скидка 1 000 ₽." in text
    assert "К оплате 5 500 ₽" in text


def test_posted_receipt_uses_the_code_and_the_note_shows_its_line(client, code):
    who = open_patient(client)
    token = token_of(quote(client, who, lines(), privilege=[code.key]))

    confirm(client, who, lines(), token, privilege=[code.key])

    receipt = Receipt.objects.get()
    note = text_of(client.get(f"/admin/desk/slip/{receipt.pk}/"))
    assert (receipt.discount, receipt.paid, PrivilegeCode.objects.get().receipt) == (1000, 5500, receipt)
    assert "Цена 6 500 ₽ Покрыто наградами −1 000 ₽ Деньгами 5 500 ₽" in note
    assert "Сумма чека 6 500 ₽ Покрыто наградами −1 000 ₽ К оплате 5 500 ₽" in note


def test_code_typed_after_the_quote_is_quoted_before_it_is_posted(client, code):
    who = open_patient(client)
    token = token_of(quote(client, who, lines()))

    answer = confirm(client, who, lines(), token, privilege_entry=said(code))

    assert (answer.status_code, Receipt.objects.count()) == (409, 0)
    assert "К оплате 5 500 ₽" in text_of(answer)


def test_unreadable_code_stops_the_posting_and_stays_typed(client, code):
    who = open_patient(client)
    token = token_of(quote(client, who, lines()))

    answer = confirm(client, who, lines(), token, privilege_entry="НГ-48")

    assert (answer.status_code, Receipt.objects.count()) == (422, 0) or answer.status_code == 409
    assert Receipt.objects.count() == 0
    assert error_at_code(answer) == (
        "«НГ-48» — не код награды: в нём две буквы и цифры, например НГ-4821. Проверьте."
    )
    assert 'name="privilege_entry" value="НГ-48"' in answer.content.decode()


def test_unknown_code_says_so(client, code):
    answer = quote(client, open_patient(client), lines(), privilege_entry="НГ-00000000")

    assert error_at_code(answer) == "Кода награды НГ-00000000 нет. Сверьте с экраном пациента."


def test_unknown_code_in_the_find_field_says_so(client, code):
    assert "Кода награды НГ-00000000 нет." in text_of(find(client, "нг-00000000"))


def test_used_code_names_its_receipt(client, code):
    who = open_patient(client)
    token = token_of(quote(client, who, lines(), privilege=[code.key]))
    confirm(client, who, lines(), token, privilege=[code.key])
    receipt = Receipt.objects.get()

    answer = quote(client, open_patient(client), lines(), privilege_entry=said(code))

    assert error_at_code(answer) == (
        f"Код {said(code)} уже использован 22 ноября, чек {receipt.pk}. Попросите другой код."
    )


def test_foreign_code_says_so(client, code):
    vera = make_member("Лебедева", "Вера", "+79160000002")
    give_points(vera, 1000, at=NOON)
    theirs = buy(vera, make_privilege())

    answer = quote(client, open_patient(client), lines(), privilege_entry=said(theirs))

    assert error_at_code(answer) == (
        f"Код {said(theirs)} принадлежит другому пациенту. Найдите его владельца или уберите код."
    )


def test_late_code_opens_its_patient_and_says_when_it_ended(client, code, noon, rita):
    noon.move_to(code.expires_at)
    client.force_login(rita)

    page = client.get(find(client, said(code)).url)

    assert error_at_code(page) == f"Код {said(code)} действовал до 6 декабря. Баллы вернутся сами. Уберите код."
    assert f'name="privilege" value="{code.key}"' not in page.content.decode()


def test_returned_code_says_that_its_points_are_back(client, code):
    run_due_nights(at=NOON + timedelta(days=15))

    page = client.get(find(client, said(code)).url)

    assert error_at_code(page) == (
        f"Код {said(code)} не использовали вовремя, баллы вернулись на баланс. Уберите код."
    )


def test_code_of_another_clinic_says_so(client, rita, anna):
    elsewhere = buy(anna, make_privilege(price=500, clinics=(make_clinic(),)))
    PrivilegeCode.objects.update(terms=elsewhere.terms | {"clinics": ["omsk"]})

    answer = quote(client, open_patient(client), lines(), privilege_entry=said(elsewhere))

    assert error_at_code(answer) == f"Код {said(elsewhere)} действует только в других клиниках. Уберите его."


def test_code_without_its_service_says_what_is_missing_and_stays_unused(client, rita, anna):
    code = buy(anna, make_privilege(price=500, services=("whitening",)))
    who = open_patient(client)

    answer = quote(client, who, lines(), privilege=[code.key])

    text = text_of(answer)
    assert "В чеке нет услуги, для которой он нужен. Код останется неиспользованным." in text
    assert "К оплате 6 500 ₽" in text


def test_goods_are_handed_over(client, rita, anna):
    code = buy(anna, make_privilege(price=500, kind="GOODS", amount=None, title="Зубная щётка"))

    assert "Выдайте: Зубная щётка." in text_of(quote(client, open_patient(client), lines(), privilege=[code.key]))


def test_code_is_taken_off_the_receipt_again(client, code):
    answer = quote(client, open_patient(client), lines(), privilege=[code.key], drop_privilege=code.key)

    assert "Покрыто наградами" not in text_of(answer)


def test_code_is_not_for_a_receipt_that_was_paid_earlier(client, code):
    answer = quote(client, open_patient(client), lines(), privilege=[code.key], paid_at="2026-11-22T10:00")

    assert error_at_code(answer) == "Код действует только при оплате. Уберите код или прошлое время."


def test_strip_shows_unused_codes_and_puts_them_on_the_receipt(client, code):
    page = client.get(f"/admin/desk/?who={open_patient(client)}")

    assert f"{said(code)} · Гигиена −1 000 ₽ · до 6 декабря Применить" in text_of(page)
    answer = quote(client, open_patient(client), lines(), use_privilege=code.key)
    assert "К оплате 5 500 ₽" in text_of(answer)


def test_code_alone_proves_no_consent_to_spend_points(client, code):
    who = who_of(find(client, said(code)))
    token = token_of(quote(client, who, lines(), spend="maximum"))

    answer = confirm(client, who, lines(), token, spend="maximum")

    assert (answer.status_code, Receipt.objects.count()) == (422, 0)


def test_points_are_spent_beside_a_code_with_a_proof(client, code, anna):
    who = who_of(find(client, qr_of(anna, now=clock.real_now())))
    fields = {"privilege": [code.key], "spend": "maximum"}
    token = token_of(quote(client, who, lines(), **fields))

    confirm(client, who, lines(), token, **fields)

    # 20 % of 5 500.
    assert (Receipt.objects.get().points_spent, Receipt.objects.get().paid) == (1100, 4400)


def test_form_of_a_session_that_ended_keeps_its_codes(client, code):
    who = open_patient(client)
    client.logout()

    answer = quote(client, who, lines(), privilege=[code.key])

    assert f"privilege%3D{code.key}" in answer.url


def test_refund_says_that_the_code_is_good_again(client, code):
    who = open_patient(client)
    token = token_of(quote(client, who, lines(), privilege=[code.key]))
    confirm(client, who, lines(), token, privilege=[code.key])

    page = client.post(
        f"/admin/desk/refund/{Receipt.objects.get().pk}/", {"scope": "everything", "reason": "CANCELLED"}
    )

    assert f"Код награды {said(code)} снова действует до 6 декабря." in text_of(page)


def test_line_that_a_reward_paid_in_full_says_how_its_code_comes_back_and_it_does(client, rita, anna):
    """The cleaning was not done, the filling was: undo the receipt and enter it again without the cleaning."""
    code = buy(
        anna, make_privilege(kind="SERVICE", amount=None, services=("hygiene-full",), title="Гигиена даром")
    )
    make_service("caries", "therapy")
    filling = line("caries", "3500")
    who, bill = open_patient(client), [*lines(), filling]
    token = token_of(quote(client, who, bill, privilege=code.key))
    confirm(client, who, bill, token, privilege=code.key)
    wrong = Receipt.objects.get()

    page = text_of(client.get(f"/admin/desk/refund/{wrong.pk}/"))
    refund_receipt(RefundWish(receipt_id=wrong.pk, key="k", reason=Refund.Reason.MISTAKE), actor=rita, at=NOON)
    who = client.get(f"/admin/desk/again/{wrong.pk}/").context["page"].who
    token = token_of(quote(client, who, [filling], replaces=str(wrong.pk)))
    confirm(client, who, [filling], token, replaces=str(wrong.pk))

    assert (
        f"оплачено наградой {said(code)}; чтобы вернуть код, верните весь чек и проведите его заново без неё"
        in page
    )
    right = Receipt.objects.get(revision=2)
    assert (wrong.price, wrong.discount, wrong.paid, wrong.points_earned) == (10_000, 6500, 3500, 315)
    assert (right.price, right.discount, right.paid, right.points_earned) == (3500, 0, 3500, 315)
    code.refresh_from_db()
    assert (code.status, code.receipt) == ("OPEN", None)
    assert Standing.objects.get(patient=anna).account.balance == 3450 - 1000 + 315  # the code has kept its points
