"""The room of rewards: what is missing in words, two taps to a code, a reload that never spends twice."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from loyalty.models import Operation, Privilege, PrivilegeCode, Standing
from loyalty.nightly.night import run_due_nights
from tests.cabinet.pages import log_in, text_of
from tests.people import make_patient
from tests.privileges.bought import buy, make_buyer, make_privilege
from tests.programs import NOON, give_points, make_member

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


@pytest.fixture
def anna():
    with time_machine.travel(NOON, tick=False):
        yield make_buyer(points=3450)


def choose(client, privilege):
    page = client.get(f"/rewards/{privilege.pk}/")
    return re.search(r'name="token" value="([^"]+)"', page.content.decode()).group(1)


def confirm(client, privilege, token, **kwargs):
    return client.post(f"/rewards/{privilege.pk}/", {"token": token}, **kwargs)


def balance_of(patient):
    return Standing.objects.get(patient=patient).account.balance


def test_list_says_the_price_the_end_and_what_is_missing(client, sms, anna):
    make_privilege(title="Гигиена со скидкой", price=1000, available_to=date(2026, 12, 31))
    make_privilege(title="Отбеливание", price=5000, amount=6000)
    log_in(client, sms)

    text = text_of(client.get("/rewards/"))

    assert f"у вас 3{NBSP}450" in text
    assert f"Гигиена со скидкой 1{NBSP}000 баллов до 31{NBSP}декабря Выбрать" in text
    assert f"Отбеливание 5{NBSP}000 баллов Не хватает 1{NBSP}550 баллов" in text


def test_out_of_reach_has_no_button(client, sms, anna):
    privilege = make_privilege(price=5000)
    log_in(client, sms)

    assert f'href="/rewards/{privilege.pk}/"' not in client.get("/rewards/").content.decode()
    page = client.get(f"/rewards/{privilege.pk}/")
    assert 'name="token"' not in page.content.decode()
    assert f"Не хватает 1{NBSP}550 баллов" in text_of(page)


def test_two_taps_from_the_list_to_a_code(client, sms, anna):
    privilege = make_privilege(title="Гигиена со скидкой", price=1000, valid_days=14)
    log_in(client, sms)
    question = text_of(client.get(f"/rewards/{privilege.pk}/"))

    page = confirm(client, privilege, choose(client, privilege), follow=True)

    code = PrivilegeCode.objects.get()
    shown = f"НГ-{code.key[2:]}"
    assert f"Списать 1{NBSP}000 баллов? Код действует 14 дней. Если не используете, баллы вернём." in question
    assert f"Готово. Ваш код {shown}. Покажите его на стойке." in text_of(page)
    assert f"Действует до 6{NBSP}декабря, через 14 дней." in text_of(page)
    assert (page.redirect_chain[0][0], balance_of(anna)) == (f"/rewards/codes/{code.pk}/?new=1", 2450)


def test_second_tap_and_reload_spend_nothing_more(client, sms, anna):
    privilege = make_privilege(price=1000)
    log_in(client, sms)
    token = choose(client, privilege)
    first = confirm(client, privilege, token)
    operations = Operation.objects.count()

    again = confirm(client, privilege, token)
    client.get(first.url)

    assert (again.status_code, again.url) == (302, first.url)
    assert (Operation.objects.count(), balance_of(anna)) == (operations, 2450)


def test_question_tells_of_a_code_for_the_same_reward_that_is_not_used_yet(client, sms, anna):
    privilege, other = make_privilege(price=1000), make_privilege(title="Другая", price=500)
    log_in(client, sms)
    confirm(client, privilege, choose(client, privilege))
    code = PrivilegeCode.objects.get()

    pages = [client.get(f"/rewards/{each.pk}/") for each in (privilege, other)]

    told = f"У вас уже есть неиспользованный код: НГ-{code.key[2:]}"
    assert [told in text_of(page) for page in pages] == [True, False]
    assert f'href="/rewards/codes/{code.pk}/"' in pages[0].content.decode()


def test_looking_at_the_question_spends_nothing(client, sms, anna):
    privilege = make_privilege(price=1000)
    log_in(client, sms)

    client.get(f"/rewards/{privilege.pk}/")

    assert (PrivilegeCode.objects.count(), balance_of(anna)) == (0, 3450)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"price": 1200}, f"Цена изменилась: теперь 1{NBSP}200 баллов. Ничего не списали."),
        ({"is_active": False}, "Этой награды больше нет. Выберите другую."),
        ({"stock": 0}, "Последнюю только что забрали. Выберите другую награду."),
        ({"tiers": ["premium"]}, "Эта награда для других уровней. Выберите другую."),
    ],
    ids=["price", "taken off", "sold out", "tiers"],
)
def test_what_changed_since_the_question_is_said_and_nothing_spent(client, sms, anna, change, text):
    privilege = make_privilege(price=1000)
    log_in(client, sms)
    token = choose(client, privilege)
    Privilege.objects.filter(pk=privilege.pk).update(**change)

    page = confirm(client, privilege, token)

    assert (page.status_code, text in text_of(page)) == (409, True)
    assert (PrivilegeCode.objects.count(), balance_of(anna)) == (0, 3450)


def test_points_spent_meanwhile_are_said_to_be_missing(client, sms, anna):
    privilege = make_privilege(price=3000)
    log_in(client, sms)
    token = choose(client, privilege)
    buy(anna, make_privilege(price=1000), key="other phone")

    page = confirm(client, privilege, token)

    assert "Не хватает 550 баллов. Ничего не списали." in text_of(page)
    assert balance_of(anna) == 2450


def test_forged_and_foreign_tokens_ask_again(client, sms, anna):
    privilege, other = make_privilege(price=1000), make_privilege(price=500)
    log_in(client, sms)
    token = choose(client, other)

    pages = [
        confirm(client, privilege, token),
        confirm(client, privilege, "forged"),
        confirm(client, privilege, ""),
    ]

    assert [page.status_code for page in pages] == [409, 409, 409]
    assert "Страница устарела. Проверьте цену и подтвердите ещё раз." in text_of(pages[0])
    assert balance_of(anna) == 3450


def test_code_page_is_its_own_patients_only(client, sms, anna):
    vera = make_member("Лебедева", "Вера", "+79160000002")
    give_points(vera, 1000, at=NOON)
    theirs = buy(vera, make_privilege())
    log_in(client, sms)

    assert client.get(f"/rewards/codes/{theirs.pk}/").status_code == 404
    assert client.get("/rewards/codes/999999/").status_code == 404
    assert client.get("/rewards/999999/").status_code == 404


@pytest.mark.parametrize("address", ["/rewards/", "/rewards/1/", "/rewards/codes/1/"])
def test_nobody_but_a_patient_comes_in(db, address):
    response = Client().get(address)

    assert response.url == f"/login/?next={address}"


def test_unused_code_tells_that_its_points_came_back_and_so_does_history(client, sms, anna):
    code = buy(anna, make_privilege(price=1000))
    night = NOON + timedelta(days=15)
    run_due_nights(at=night)

    with time_machine.travel(night, tick=False):
        log_in(client, sms)
        page, history = text_of(client.get(f"/rewards/codes/{code.pk}/")), text_of(client.get("/history/"))

    assert f"Не использован, вернули 1{NBSP}000 баллов." in page
    assert f"Вернули за неиспользованный код +1{NBSP}000" in history
    assert f"Списано на награду −1{NBSP}000" in history


def test_late_code_is_not_shown_to_the_scanner_before_the_night(client, sms, anna):
    code = buy(anna, make_privilege(price=1000))

    with time_machine.travel(code.expires_at, tick=False):
        log_in(client, sms)
        page = client.get(f"/rewards/codes/{code.pk}/")

    assert "<svg viewBox" not in page.content.decode()
    assert f"Не использован вовремя, возвращаем 1{NBSP}000 баллов." in text_of(page)


def test_empty_catalogue_is_one_sentence_and_one_action(client, sms, anna):
    log_in(client, sms)

    page = client.get("/rewards/")

    assert "Сейчас наград нет. Баллы можно списать на следующем визите." in text_of(page)
    assert '<a class="button main" href="/card/">' in page.content.decode()


def test_contact_is_told_how_to_join(client, sms, anna):
    make_patient("Чужова", "Вера", "+79160000002", consents=())
    log_in(client, sms, "+7 916 000-00-02")

    assert "Награды для участников программы. Согласитесь с её правилами на стойке." in text_of(
        client.get("/rewards/")
    )


def test_list_costs_the_same_however_many_there_are(client, sms, anna, django_assert_num_queries):
    log_in(client, sms)
    give_points(anna, 9000, at=NOON)
    for number in range(8):
        buy(anna, make_privilege(price=10 + number), key=str(number))
    client.get("/rewards/")

    with django_assert_num_queries(7):
        client.get("/rewards/")


def test_english_page_has_no_russian_letters_of_ours(client, sms, anna):
    privilege = make_privilege(title="Скидка", title_en="Discount", price=1000)
    code = buy(anna, privilege)
    log_in(client, sms)
    client.post("/language/", {"language": "en"})

    pages = [
        client.get(address) for address in ("/rewards/", f"/rewards/{privilege.pk}/", f"/rewards/codes/{code.pk}/")
    ]

    texts = [re.sub("Русский|RU|РУ", "", text_of(page)) for page in pages]
    assert [re.findall("[а-яё]+", text, re.IGNORECASE) for text in texts] == [[], [], []]
    assert f"YU-{code.key[2:]}" in texts[2]
