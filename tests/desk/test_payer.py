"""Somebody else pays: the payer is named at the desk, and from then on the receipt is theirs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics import clock
from loyalty.models import Receipt, Refund, Standing
from loyalty.refunds.refunding import RefundWish, refund_receipt
from patients.models import Patient, SpendCode
from tests.desk.desk_pages import (
    confirm,
    form_data,
    line,
    open_patient,
    open_with_qr,
    picture_lines,
    quote,
    text_of,
    token_of,
)
from tests.desk.written import written
from tests.people import make_clinic, make_patient
from tests.programs import NOON, give_points, make_member
from tests.proofs import qr_of

pytestmark = pytest.mark.django_db
BORIS = "+79160000001"


@pytest.fixture
def boris(rita, anna):
    """Anna's son: standard tier, 100 points of his own."""
    boris = make_member("Иванов", "Борис", BORIS)
    give_points(boris, 100, at=NOON - timedelta(days=50))
    return boris


def who_in(page):
    return page.context["page"].who


def named(client, text="+79161234567", lines=None, **fields):
    """Boris's bill after somebody was named as its payer."""
    bill = picture_lines() if lines is None else lines
    return quote(client, open_patient(client, BORIS), bill, payer_entry=text, **fields)


def live_quote(client, who):
    """As the page's script asks while one types."""
    return client.post("/admin/desk/quote/", form_data(who, picture_lines()), headers={"X-Desk-Fragment": "1"})


def balance_of(patient):
    return Standing.objects.get(patient=patient).account.balance


def test_named_payer_stands_in_front_of_the_desk_and_the_treated_is_told(client, anna, boris):
    page = named(client, spend="maximum")

    text = text_of(page)
    assert page.status_code == 200
    assert "Иванова Анна Золото" in text
    assert "Платит за: Иванов Борис" in text
    assert "3 450 на балансе" in text
    assert "Можно списать до 1 300" in text  # 20 % of 6 500: her tier, not his
    assert "К оплате 47 200 ₽" in text
    assert "Будет начислено +4 248" in text


def test_receipt_is_the_payers_and_remembers_the_treated(client, anna, boris):
    page = named(client)

    answer = confirm(client, who_in(page), picture_lines(), token_of(page))

    receipt = Receipt.objects.get()
    assert (receipt.patient, receipt.treated, receipt.identified_by) == (anna, boris, "PHONE")
    assert (balance_of(anna), balance_of(boris)) == (3450 + 4365, 100)
    result = text_of(client.get(answer.url))
    assert f"✓ Чек {receipt.pk} проведён: списано 0, начислено 4 365. Баланс 7 815." in result
    assert "Лечится Иванов Борис, платит Иванова Анна." in result


def test_payers_qr_proves_the_payers_consent(client, anna, boris):
    page = named(client, qr_of(anna, now=clock.real_now()), spend="maximum")
    assert "карта подтверждена по QR ✓" in text_of(page)

    confirm(client, who_in(page), picture_lines(), token_of(page), spend="maximum")

    receipt = Receipt.objects.get()
    assert (receipt.patient, receipt.proven_by, receipt.points_spent) == (anna, "QR", 1300)


def test_qr_of_the_treated_proves_nothing_of_the_payer(client, anna, boris):
    who = open_with_qr(client, boris)

    page = quote(client, who, picture_lines(), payer_entry="+79161234567", spend="maximum")

    assert "Чтобы списать, попросите показать QR" in text_of(page)


def test_code_by_sms_goes_to_the_payer_once_named(client, anna, boris):
    who = open_patient(client, BORIS)
    fields = {"who": who, "spend": "maximum", "payer_entry": "+79161234567", "line_title": "Сумма",
              "line_price": "6500", "line_quantity": "1", "line_service": "", "line_category": ""}  # fmt: skip

    first = client.post("/admin/desk/code/", fields)
    assert SpendCode.objects.count() == 0  # first the desk shows whose consent it is
    client.post("/admin/desk/code/", fields | {"who": who_in(first), "payer_entry": ""})

    assert SpendCode.objects.get().patient == anna


def test_payer_may_be_named_before_the_first_line(client, anna, boris):
    page = named(client, lines=[])

    assert page.status_code == 200
    assert "Платит за: Иванов Борис" in text_of(page)
    assert "Чек пуст" not in text_of(page)


def test_posting_with_a_payer_just_typed_shows_the_new_quote_first(client, anna, boris):
    who = open_patient(client, BORIS)
    token = token_of(quote(client, who, picture_lines()))
    before = written()

    page = confirm(client, who, picture_lines(), token, payer_entry="+79161234567")

    assert page.status_code == 409
    assert "Чек изменился после расчёта. Новый расчёт справа, проверьте." in text_of(page)
    assert "Платит за: Иванов Борис" in text_of(page)
    assert written() == before


def test_removed_payer_leaves_the_patient_as_they_were_found(client, anna, boris):
    page = named(client)

    back = quote(client, who_in(page), picture_lines(), drop_payer="1")

    assert "Платит за" not in text_of(back)
    confirm(client, who_in(back), picture_lines(), token_of(back))
    receipt = Receipt.objects.get()
    assert (receipt.patient, receipt.treated, receipt.identified_by) == (boris, None, "PHONE")


def test_another_payer_takes_the_place_of_the_first(client, anna, boris):
    vera = make_member("Петрова", "Вера", "+79160000003")

    page = quote(client, who_in(named(client)), picture_lines(), payer_entry="петрова")

    confirm(client, who_in(page), picture_lines(), token_of(page))
    receipt = Receipt.objects.get()
    assert (receipt.patient, receipt.treated, receipt.identified_by) == (vera, boris, "NAME")


def test_several_who_fit_are_offered_and_one_press_chooses(client, anna, boris):
    make_member("Иванова", "Вера", "+79160000003", birth_date="1990-06-10")
    page = named(client, "иванова")
    assert page.status_code == 422
    assert "«иванова» подходит нескольким. Выберите плательщика." in text_of(page)
    assert "Иванова Анна · •••45-67" in text_of(page)
    choice = page.context["page"].payer.choices[0]

    chosen = quote(client, who_in(page), picture_lines(), payer_entry="иванова", payer=choice.token)

    assert "Платит за: Иванов Борис" in text_of(chosen)
    assert "Иванова Анна Золото" in text_of(chosen)


REFUSED = {
    BORIS: "Это и есть пациент. Впишите другого человека или оставьте поле пустым.",
    "+79160000009": "По номеру +7 916 000-00-09 никого нет. Проверьте цифры или найдите по фамилии.",
    "Кузнецов": "Ничего не нашли. Проверьте фамилию или введите телефон.",
    "00000018": "Такой карты нет. Проверьте цифры или найдите по телефону.",
    "зимин": "Плательщик ещё не в программе, счёта у него нет. Найдите его, спросите согласие с правилами, потом"
    " впишите здесь.",
}


@pytest.mark.parametrize("text", REFUSED)
def test_who_cannot_pay_is_said_at_the_field_and_nothing_is_written(client, anna, boris, text):
    make_patient("Зимин", "Глеб", "+79160000002", consents=())
    before = written()

    page = named(client, text)

    assert page.status_code == 422
    assert REFUSED[text] in text_of(page)
    assert page.context["page"].payer.entry == text
    assert "Платит за" not in text_of(page)
    assert 'name="line_price"' in page.content.decode()  # what was typed stays
    assert written() == before


def test_name_of_another_clinics_patient_is_not_found(client, anna, boris):
    make_member("Чужова", "Вера", "+79160000003", clinic=make_clinic("omsk", name="Омск"))

    assert "Ничего не нашли." in text_of(named(client, "чужова"))


def test_forged_choice_is_refused(client, anna, boris):
    page = named(client, "", payer="nonsense")

    assert page.status_code == 422
    assert "Список плательщиков устарел. Впишите плательщика ещё раз." in text_of(page)


def test_treated_person_erased_meanwhile_is_said_and_nothing_is_posted(client, anna, boris):
    page = named(client)
    Patient.objects.filter(pk=boris.pk).update(erased_at=NOON)
    before = written()

    answer = confirm(client, who_in(page), picture_lines(), token_of(page))

    assert answer.status_code in {409, 422}
    assert "Карточки пациента, которого лечат, больше нет. Найдите пациента заново." in text_of(answer)
    assert written() == before


def test_contact_has_a_payer_without_joining(client, rita, anna):
    contact = make_patient("Зимин", "Глеб", "+79160000002", consents=())
    who = open_patient(client, "+79160000002")

    page = client.post("/admin/desk/quote/", {"who": who, "payer_entry": "+79161234567"})
    assert "Платит за: Зимин Глеб" in text_of(page)
    bill = [line(price="1000")]
    confirm(client, who_in(page), bill, token_of(quote(client, who_in(page), bill)))

    receipt = Receipt.objects.get()
    assert (receipt.patient, receipt.treated, receipt.points_earned) == (anna, contact, 90)


def test_document_entered_again_keeps_its_payer(client, rita, anna, boris):
    page = named(client)
    confirm(client, who_in(page), picture_lines(), token_of(page))
    receipt = Receipt.objects.get()
    refund_receipt(RefundWish(receipt_id=receipt.pk, key="k", reason=Refund.Reason.MISTAKE), actor=rita, at=NOON)

    again = client.get(f"/admin/desk/again/{receipt.pk}/")

    assert "Платит за: Иванов Борис" in text_of(again)
    bill = [line("hygiene-full", "6500")]
    token = token_of(quote(client, who_in(again), bill, replaces=str(receipt.pk)))
    confirm(client, who_in(again), bill, token, replaces=str(receipt.pk))
    newer = Receipt.objects.get(revision=2)
    assert (newer.patient, newer.treated) == (anna, boris)


def test_session_that_ends_keeps_the_payer_and_puts_no_name_into_the_address(client, rita, anna, boris):
    who = who_in(named(client))
    client.logout()

    answer = quote(client, who, picture_lines(), payer_entry="Петрова")

    assert "payer_entry" not in answer.url
    client.force_login(rita)
    page = client.get(answer.url.split("next=")[1].replace("%3F", "?").replace("%26", "&").replace("%3D", "=")
                      .replace("%25", "%"))  # fmt: skip
    assert "Платит за: Иванов Борис" in text_of(page)


def test_note_of_the_receipt_names_the_payer_alone(client, anna, boris):
    page = named(client)
    confirm(client, who_in(page), picture_lines(), token_of(page))

    slip = text_of(client.get(f"/admin/desk/slip/{Receipt.objects.get().pk}/"))

    assert "Анна" in slip
    assert "Борис" not in slip


def test_live_quote_costs_one_query_more_once_a_payer_is_named(client, anna, boris):
    who = open_patient(client)
    quote(client, who, picture_lines())
    with CaptureQueriesContext(connection) as plain:
        live_quote(client, who)
    page = named(client)

    with CaptureQueriesContext(connection) as paid:
        live_quote(client, who_in(page))

    assert len(paid) == len(plain) + 1
