"""One field finds anybody; every state has its sentence; the phone stays hidden until asked for."""

import re
from datetime import date
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import Group, Permission

from clinics.models import AuditEvent
from loyalty.desk.access import read_who
from loyalty.models import Standing
from patients.cards import block_card
from patients.models import Card
from tests.desk.desk_pages import find, line, open_patient, quote_and_confirm, text_of, who_of
from tests.people import make_clinic, make_patient
from tests.programs import NOON, give_points, make_member

pytestmark = pytest.mark.django_db


def strip(client, typed="+79161234567"):
    return client.get(find(client, typed).url)


@pytest.mark.parametrize(
    "typed", ["+7 916 123-45-67", "89161234567", "9161234567", "916 123 45 67", "иванова", "bdfyjdf"]
)
def test_the_single_patient_opens_at_once(client, rita, anna, typed):
    assert "Иванова Анна Золото •••45-67" in text_of(strip(client, typed))


def test_name_that_nobody_has_leads_to_the_registration(client, rita, anna):
    html = find(client, "Неизвестная").content.decode()

    assert "Ничего не нашли. Проверьте фамилию или введите телефон." in html
    assert 'href="/admin/desk/register/"' in html


def test_last_receipts_lead_to_the_history_of_points_within_the_own_clinics(client, rita, anna):
    stranger = make_member("Петрова", "Вера", "+79160000009", clinic=make_clinic("ural"))
    for patient in (anna, stranger):
        quote_and_confirm(client, open_patient(client, patient.phone), [line(price="6500")])

    own, other = strip(client).content.decode(), strip(client, stranger.phone).content.decode()

    assert f'href="/admin/patients/patient/{anna.pk}/change/#points-history"' in own
    assert "points-history" not in other


def test_card_number_opens_the_patient(client, rita, anna):
    assert "Иванова Анна" in text_of(strip(client, str(Card.objects.get(patient=anna))))


def test_strip_shows_balance_and_all_that_burns(client, rita, anna):
    page = strip(client)

    text = text_of(page)
    assert "3 450 на балансе" in text
    assert "450 сгорят 27 ноября, через 5 дней" in text
    assert "3 000 сгорят 15.01.2028, если не будет новых оплат" in text
    assert page.content.decode().count('class="warm"') == 1


def test_strip_names_what_the_tier_gives_besides_points(client, rita, anna):
    perks = "Памятки по уходу · Онлайн-консультация · Бесплатная консультация"

    assert f"Уровень также даёт: {perks}" in text_of(strip(client))


def test_strip_says_what_never_burns_after_all_that_does(client, rita, anna):
    give_points(anna, 120, never_burns=True, at=NOON)

    text = text_of(strip(client))

    assert "3 000 сгорят 15.01.2028, если не будет новых оплат 120 не сгорают" in text


def test_strip_says_how_far_the_next_tier_is(client, rita, anna):
    assert "До «Премиум» осталось 18 000 ₽ Уровень" in text_of(strip(client))


def test_rolling_day_that_is_near_is_also_said_in_days(client, rita, noon, anna):
    noon.move_to(NOON.replace(year=2028, month=1, day=10))
    client.force_login(rita)

    assert "3 000 сгорят 15 января, через 5 дней, если не будет новых оплат" in text_of(strip(client))


def test_wrong_layout_is_corrected_with_a_hint(client, rita, anna):
    assert "Раскладка была английской, мы исправили." in text_of(strip(client, "bdfyjdf"))


def test_unknown_phone_offers_registration(client, rita, anna):
    page = find(client, "8 916 000-00-01")

    text = text_of(page)
    html = page.content.decode()
    assert 'name="phone" value="+7 916 000-00-01"' in html
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]* autofocus', html) == ["last_name"]

    assert "По номеру +7 916 000-00-01 никого нет. Завести карту?" in text
    assert text.split("Русский")[0].rstrip().endswith("Завести")


@pytest.mark.parametrize("typed", ["Кузнецов", "12345", "+7916", "Иванова 9999", "1" * 9])
def test_nothing_found_says_what_to_do(client, rita, anna, typed):
    assert "Ничего не нашли. Проверьте фамилию или введите телефон." in text_of(find(client, typed))


def test_unknown_phone_is_said_to_those_who_may_not_register(client, rita, anna):
    Group.objects.get(name="receptionist").permissions.remove(Permission.objects.get(codename="add_patient"))

    text = text_of(find(client, "8 916 000-00-01"))

    assert "По номеру +7 916 000-00-01 никого нет. Проверьте цифры или найдите по фамилии." in text
    assert "Завести" not in text


@pytest.mark.parametrize("typed", ["1234 5671", "12345671", "12345671 123456"])
def test_wrong_check_digit_of_a_card_says_so(client, rita, anna, typed):
    says = "В номере карты 1234 5671 ошибка: последняя цифра не сходится. Проверьте цифры или найдите по телефону."

    assert says in text_of(find(client, typed))


def test_russian_layout_is_corrected_with_a_hint(client, rita, anna):
    make_patient("Smith", "John", "+79160000001")

    assert "Раскладка была русской, мы исправили." in text_of(strip(client, "ыьшер"))


def test_corrected_layout_of_many_is_hinted_at_above_the_list(client, rita, anna):
    make_patient("Иванова", "Мария", "+79160000002")

    text = text_of(find(client, "bdfyjdf"))

    assert "Раскладка была английской, мы исправили." in text
    assert "Иванова Мария" in text


@pytest.mark.parametrize(("typed", "way"), [("4567", "PHONE"), ("иванова", "NAME"), ("+79161234567", "PHONE")])
def test_way_of_finding_goes_along_with_the_patient(client, rita, anna, typed, way):
    assert read_who(token=who_of(find(client, typed)), user_id=rita.pk).identified_by == way


def test_last_digits_list_all_matches_with_the_way_of_finding(client, rita, anna):
    make_patient("Петрова", "Вера", "+79160004567")

    page = find(client, "4567")

    assert "Иванова Анна •••45-67 Мытищи Петрова Вера •••45-67 Мытищи" in text_of(page)
    tokens = [unquote(token) for token in re.findall(r'\?who=([^"]+)', page.content.decode())]
    assert {read_who(token=token, user_id=rita.pk).identified_by for token in tokens} == {"PHONE"}


def test_unknown_card_says_what_to_do(client, rita, anna):
    assert "Такой карты нет. Проверьте цифры или найдите по телефону." in text_of(find(client, "00000000"))


def test_empty_field_says_what_to_type(client, rita, anna):
    assert "Введите телефон, номер карты или фамилию." in text_of(find(client, " "))


def test_several_matches_are_listed_with_masked_phones_birth_years_and_last_visits(client, rita, anna):
    Standing.objects.filter(patient=anna).update(last_paid_at=NOON.replace(month=8, day=12))
    make_patient("Иванова", "Мария", "+79160000002", birth_date=date(1990, 6, 10))

    page = find(client, "иванова")

    assert "Иванова Анна •••45-67 Мытищи последний визит 12 августа Иванова Мария •••00-02 1990 Мытищи" in text_of(
        page
    )
    assert page.content.decode().count("/admin/desk/?who=") == 2


def test_more_than_ten_matches_ask_for_more(client, rita, anna):
    for number in range(10):
        make_patient("Иванова", f"Яна{number}", f"+79160000{number:03d}")

    text = text_of(find(client, "иванова"))

    assert "Нашли больше 10. Добавьте имя или последние 4 цифры телефона." in text
    assert "Яна" not in text


@pytest.mark.parametrize("typed", ["4567", "Иванова 4567"])
def test_more_than_ten_with_the_same_last_digits_ask_for_the_rest(client, rita, anna, typed):
    for number in range(10):
        make_patient("Иванова", f"Яна{number}", f"+7916{number}004567")

    assert "Нашли больше 10. Добавьте фамилию или введите телефон целиком." in text_of(find(client, typed))


def test_closed_card_says_when_and_why(client, rita, anna):
    card = Card.objects.get(patient=anna)
    block_card(card=card, reason="потеря", at=NOON.replace(day=3))

    assert "Карта закрыта 3 ноября: потеря. Найдите по телефону." in text_of(find(client, card.number))


def test_phone_is_nowhere_in_the_page_until_shown_and_showing_is_logged(client, rita, anna):
    who = open_patient(client)
    hidden = client.get("/admin/desk/", {"who": who}).content.decode()

    shown = client.post("/admin/desk/phone/", {"who": who})

    assert "9161234567" not in hidden
    assert "123-45-67" not in hidden
    assert "+7 916 123-45-67" in text_of(shown)
    event = AuditEvent.objects.get()
    assert (event.code, event.actor, event.target_id, event.clinic.code) == (
        "patient.phone_revealed", rita, str(anna.pk), "mytishchi",
    )  # fmt: skip


def test_patient_of_another_clinic_is_found_by_the_full_phone_only(client, rita, anna):
    make_member("Петрова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))

    assert "Петрова Вера" in text_of(strip(client, "+79160000001"))
    assert "Ничего не нашли." in text_of(find(client, "Петрова"))


def test_id_in_the_address_opens_own_patients_only(client, rita, anna):
    vera = make_member("Петрова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))

    assert "Иванова Анна" in text_of(client.get("/admin/desk/", {"patient": anna.pk}))
    assert "Петрова" not in text_of(client.get("/admin/desk/", {"patient": vera.pk}))


def test_page_of_a_patient_carries_what_is_said_when_the_server_is_gone(client, rita, anna):
    says = "Нет связи с сервером. Чек не проведён. Повторим, когда связь вернётся."

    assert f'data-offline="{says}"' in strip(client).content.decode()


@pytest.mark.parametrize("who", ["forged", "", "1:2:3"])
def test_forged_reference_opens_nobody(client, rita, anna, who):
    text = text_of(client.get("/admin/desk/", {"who": who}))

    assert "Страница пациента устарела. Найдите пациента ещё раз." in text
    assert "Иванова" not in text
