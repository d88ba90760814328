"""The desk's main road through plain forms: quote, confirm, with the sums of the picture."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from clinics.models import Service
from loyalty.ledger import posting
from loyalty.models import Receipt, Standing
from patients.models import Patient
from tests.desk.desk_pages import (
    confirm,
    form_data,
    line,
    open_patient,
    open_with_qr,
    picture_lines,
    quote,
    quote_and_confirm,
    text_of,
    token_of,
)
from tests.desk.written import written
from tests.people import make_patient, make_service
from tests.programs import NOON, make_member

pytestmark = pytest.mark.django_db


def balance_of(patient):
    return Standing.objects.get(patient=patient).account.balance


def test_maximum_spends_1300_costs_47200_and_earns_4248(client, rita, anna):
    text = text_of(quote(client, open_patient(client), picture_lines(), spend="maximum"))

    assert "Сумма чека 48 500 ₽" in text
    assert "Можно списать до 1 300" in text
    assert "Оплачено баллами −1 300" in text
    assert "К оплате 47 200 ₽" in text
    assert "Будет начислено +4 248" in text
    assert "Кешбэк: 9 % от 47 200 ₽; на баллы не начисляем." in text


def test_only_burning_spends_450_costs_48050_and_earns_4324(client, rita, anna):
    text = text_of(quote(client, open_patient(client), picture_lines(), spend="burning"))

    assert "Только горящие 450" in text
    assert "К оплате 48 050 ₽" in text
    assert "Будет начислено +4 324" in text


def test_every_line_says_its_limit_or_why_it_has_none(client, rita, anna):
    text = text_of(quote(client, open_patient(client), picture_lines()))

    assert "hygiene-full списать до 1 300 (20 %)" in text
    assert "implant-1 Без списания: категория «Имплантация» исключена правилами." in text
    assert "Расчёт годен 10 минут. Не фискальный." in text


def test_quote_writes_nothing(client, rita, anna):
    who = open_patient(client)
    before = written()

    quote(client, who, picture_lines(), spend="maximum")

    assert written() == before


def test_amount_above_the_cap_is_lowered_and_said_so(client, rita, anna):
    text = text_of(quote(client, open_patient(client), picture_lines(), spend="amount", spend_points="2 000"))

    assert "Можно не больше 1 300. Поставили 1 300." in text
    assert "К оплате 47 200 ₽" in text


def test_amount_below_the_cap_is_taken_as_it_is(client, rita, anna):
    text = text_of(quote(client, open_patient(client), picture_lines(), spend="amount", spend_points="700"))

    assert "К оплате 47 800 ₽" in text
    assert "Можно не больше" not in text


def test_confirmed_receipt_shows_the_result_and_an_empty_find_field(client, rita, anna):
    answer = quote_and_confirm(client, open_with_qr(client, anna), picture_lines(), spend="maximum")

    receipt = Receipt.objects.get()
    assert answer.url == f"/admin/desk/?done={receipt.pk}"
    page = client.get(answer.url)
    assert f"✓ Чек {receipt.pk} проведён: списано 1 300, начислено 4 248. Баланс 6 398." in text_of(page)
    assert 'role="status"' in page.content.decode()
    assert "autofocus" in page.content.decode().split('id="find"')[1][:300]
    assert balance_of(anna) == 6398


def test_receipt_keeps_how_the_patient_was_found(client, rita, anna):
    quote_and_confirm(client, open_patient(client, "иванова"), picture_lines())

    receipt = Receipt.objects.get()
    assert (receipt.identified_by, receipt.actor, receipt.clinic.code) == ("NAME", rita, "mytishchi")


def test_second_confirm_shows_the_first_receipt(client, rita, anna):
    who = open_with_qr(client, anna)
    token = token_of(quote(client, who, picture_lines(), spend="maximum"))
    confirm(client, who, picture_lines(), token, spend="maximum")
    before = written()

    answer = confirm(client, who, picture_lines(), token, spend="maximum")

    number = Receipt.objects.get().pk
    assert f"Этот чек уже проведён: {number}." in text_of(client.get(answer.url))
    assert written() == before


def test_spend_elsewhere_makes_the_quote_stale_and_shows_the_new_one(client, rita, anna):
    who = open_patient(client)
    token = token_of(quote(client, who, picture_lines(), spend="maximum"))
    posting.spend(account_id=anna.standing.account_id, units=3000, key="other desk", at=NOON)
    before = written()

    answer = confirm(client, who, picture_lines(), token, spend="maximum")

    text = text_of(answer)
    assert answer.status_code == 409
    assert "Баланс изменился, пока вы считали. Новый расчёт справа, проверьте." in text
    assert "К оплате 48 050 ₽" in text
    assert token_of(answer) not in ("", token)
    assert written() == before


def test_slower_of_two_tabs_is_told_of_the_receipt_that_the_other_has_posted(client, rita, anna):
    who = open_patient(client)
    quick, slow = (token_of(quote(client, who, picture_lines())) for _tab in range(2))
    confirm(client, who, picture_lines(), quick)
    before = written()

    answer = confirm(client, who, picture_lines(), slow)

    text = text_of(answer)
    assert answer.status_code == 409
    assert "Баланс изменился, пока вы считали. Новый расчёт справа, проверьте." in text
    number = Receipt.objects.get().pk
    assert f"Тем временем проведён чек {number} на 48 500 ₽. Тот же визит второй раз не проводите." in text
    assert written() == before


def test_stale_quote_brings_the_script_the_strip_of_the_patient_as_well(client, rita, anna):
    who = open_patient(client)
    token = token_of(quote(client, who, picture_lines(), spend="maximum"))
    posting.spend(account_id=anna.standing.account_id, units=3000, key="other desk", at=NOON)
    sent = form_data(who, picture_lines(), quote=token, spend="maximum")

    answer = client.post("/admin/desk/confirm/", sent, headers={"X-Desk-Fragment": "1"})

    assert answer.status_code == 409
    assert "450 на балансе" in text_of(answer)
    assert "<body" not in answer.content.decode()


def test_quote_for_the_script_leaves_the_strip_alone(client, rita, anna):
    sent = form_data(open_patient(client), picture_lines())

    answer = client.post("/admin/desk/quote/", sent, headers={"X-Desk-Fragment": "1"})

    assert "на балансе" not in text_of(answer)


def test_quote_older_than_ten_minutes_is_not_posted(client, rita, anna, noon):
    who = open_patient(client)
    token = token_of(quote(client, who, picture_lines()))
    before = written()
    noon.move_to(NOON + timedelta(minutes=10, seconds=1))

    answer = confirm(client, who, picture_lines(), token)

    assert "Расчёт старше 10 минут. Новый расчёт справа, проверьте." in text_of(answer)
    assert written() == before


@pytest.mark.parametrize("token", ["", "forged", "forged:token:x"])
def test_confirm_without_a_quote_shows_one_and_posts_nothing(client, rita, anna, token):
    who = open_patient(client)
    before = written()

    answer = confirm(client, who, picture_lines(), token)

    assert answer.status_code == 409
    assert "Чек изменился после расчёта. Новый расчёт справа, проверьте." in text_of(answer)
    assert written() == before


def test_line_changed_after_the_quote_is_quoted_again_before_posting(client, rita, anna):
    who = open_patient(client)
    token = token_of(quote(client, who, [line("hygiene-full", "6500")]))
    before = written()

    answer = confirm(client, who, [line("hygiene-full", "65000")], token)

    assert "Чек изменился после расчёта." in text_of(answer)
    assert "Сумма чека 65 000 ₽" in text_of(answer)
    assert written() == before


def test_amount_typed_but_not_added_is_quoted_before_posting(client, rita, anna):
    who = open_patient(client)
    token = token_of(quote(client, who, picture_lines()))

    answer = confirm(client, who, picture_lines(), token, entry="500")

    assert "Сумма чека 49 000 ₽" in text_of(answer)
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("typed", ["hygiene-full", "гиг", "ГИГИЕНА"])
def test_service_is_added_by_code_or_a_part_of_its_name(client, rita, anna, typed):
    text = text_of(quote(client, open_patient(client), entry=typed))

    assert "Гигиена списать до 1 300 (20 %)" in text
    assert "Сумма чека 6 500 ₽" in text


def test_several_services_that_fit_are_offered_as_buttons(client, rita, anna):
    other = make_service("hygiene-child", "hygiene", 3000)
    other.name = "Гигиена детская"
    other.save(update_fields=["name"])

    offered = quote(client, open_patient(client), entry="гигиен")
    chosen = quote(client, open_patient(client), entry="гигиен", pick=str(other.pk))

    assert "К «гигиен» подходят несколько услуг. Выберите одну. Гигиена Гигиена детская" in text_of(offered)
    assert "Сумма чека 3 000 ₽" in text_of(chosen)


def test_plain_amount_may_have_a_category_that_the_rules_exclude(client, rita, anna):
    text = text_of(quote(client, open_patient(client), entry="42000", entry_category="Имплантация"))

    assert "Имплантация Без списания: категория «Имплантация» исключена правилами." in text
    assert "Можно списать до 0" in text


def test_quantity_multiplies_the_price(client, rita, anna):
    text = text_of(quote(client, open_patient(client), [line("hygiene-full", "6500", "2")]))

    assert "Сумма чека 13 000 ₽" in text


def test_line_is_deleted_by_its_button(client, rita, anna):
    text = text_of(quote(client, open_patient(client), picture_lines(), remove="2"))

    assert "Сумма чека 6 500 ₽" in text


def test_script_gets_only_the_checkout_part(client, rita, anna):
    data = form_data(open_patient(client), picture_lines())

    answer = client.post("/admin/desk/quote/", data, headers={"X-Desk-Fragment": "1"})

    html = answer.content.decode().strip()
    assert html.startswith('<form id="checkout"')
    assert "<html" not in html


def test_form_comes_back_filled_after_the_session_is_over(client, rita, anna):
    who = open_patient(client)
    client.logout()

    answer = confirm(client, who, picture_lines(), "token", spend="maximum")

    target = parse_qs(urlsplit(answer.url).query)["next"][0]
    assert urlsplit(answer.url).path == "/admin/login/"
    client.force_login(rita)
    page = client.get(target)
    assert "Сеанс закончился. Форма осталась заполненной: нажмите «Рассчитать»." in text_of(page)
    assert page.content.decode().count('name="line_price"') == 2
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("kind", ["service", "category"])
def test_suggestions_are_names_of_the_price_list(client, rita, anna, kind):
    answer = client.get("/admin/desk/suggest/", {"q": "гиг", "kind": kind})

    assert answer.content.decode() == "Гигиена"


def test_repeat_after_a_service_went_off_sale_shows_the_first_receipt(client, rita, anna):
    who = open_patient(client)
    token = token_of(quote(client, who, picture_lines()))
    first = confirm(client, who, picture_lines(), token)
    Service.objects.filter(code="implant-1").update(is_active=False)

    repeat = confirm(client, who, picture_lines(), token)

    assert repeat.url == f"{first.url}&again=1"
    assert Receipt.objects.count() == 1


def test_token_of_another_patient_posts_nothing(client, rita, anna):
    make_member("Петрова", "Вера", "+79160000001")
    token = token_of(quote(client, open_patient(client), picture_lines()))
    before = written()

    answer = confirm(client, open_patient(client, "+79160000001"), picture_lines(), token)

    assert answer.status_code == 409
    assert written() == before


def test_patient_erased_after_the_quote_is_shown_to_nobody(client, rita, anna):
    who = open_patient(client)
    token = token_of(quote(client, who, picture_lines()))
    Patient.objects.filter(pk=anna.pk).update(erased_at=NOON)
    before = written()

    answers = [confirm(client, who, picture_lines(), token), client.get("/admin/desk/", {"who": who})]

    assert [answer.status_code for answer in answers] == [422, 200]
    assert not any("Иванова" in answer.content.decode() for answer in answers)
    assert written() == before


def test_desk_without_a_program_says_so_and_writes_nothing(client, rita):
    vera = make_patient("Петрова", "Вера", "+79160000001", consents=())
    before = written()

    page = client.get("/admin/desk/", {"patient": vera.pk})
    who = open_patient(client, "+79160000001")
    answers = [quote(client, who, [line(price="500")]), client.get("/admin/desk/", {"who": who})]
    enrolled = client.post("/admin/desk/enrol/", {"who": who, "agreed": "1"})

    assert [answer.status_code for answer in (page, *answers, enrolled)] == [200, 422, 200, 302]
    assert all(text_of(answer).count("Программа ещё не опубликована") == 1 for answer in (page, *answers))
    assert written() == before
