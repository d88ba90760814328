"""The room of friends: one link, code and QR; numbers of friends and nothing about them."""

import re

import pytest

from loyalty.models import FriendGift
from patients.models import Patient, PublicCode
from patients.public_codes import take_code
from patients.referrals import set_inviter
from tests.admin.two_clinics import make_receipt
from tests.cabinet.pages import log_in, text_of
from tests.people import LONG_AGO, make_clinic, make_patient
from tests.programs import give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client, sms, settings):
    settings.PUBLIC_URL = "https://clinic.ru"
    make_clinic()
    publish_preset()
    anna = make_member()
    log_in(client, sms)
    return anna


def give_code(anna, *, opened=0):
    code = take_code(text="ANNA-7K2", kind=PublicCode.Kind.FRIEND, at=LONG_AGO, patient=anna)
    PublicCode.objects.filter(pk=code.pk).update(opened=opened)


def bring(anna, number, *, visits=0):
    friend = make_member("Петрова", f"Вера{number}", f"+7916000000{number}")
    set_inviter(patient=friend, inviter=anna, actor=None, at=LONG_AGO)
    type(friend.standing).objects.filter(patient=friend).update(visits=visits)
    return friend


def test_link_qr_and_code_are_the_same_one(client, anna):
    give_code(anna)

    page = client.get("/friends/")

    html = page.content.decode()
    assert html.count("https://clinic.ru/f/ANNA-7K2/") == 3  # to open, to copy, to share
    assert "clinic.ru/f/ANNA-7K2 " in text_of(page)
    assert "назвать ваш код: ANNA-7K2" in text_of(page)
    assert '<p class="copied" role="status"' in html
    assert html.count('aria-label="QR вашей ссылки"><svg') == 1


def test_code_is_made_at_the_first_look_and_stays(client, anna):
    pages = [re.search(r"/f/([A-Z0-9-]+)/", client.get("/friends/").content.decode())[1] for _ in range(2)]

    assert pages[0] == pages[1] == PublicCode.objects.get(patient=anna).text


def test_nobody_yet_is_said_with_what_to_do(client, anna):
    assert "Пока никто не пришёл по вашей ссылке. Отправьте её другу." in text_of(client.get("/friends/"))


def test_numbers_follow_the_friends_at_once(client, anna):
    give_code(anna, opened=9)
    for number in range(5):
        bring(anna, number, visits=int(number < 3))
    stranger = make_member("Сидоров", "Олег", "+79160000099")
    bring(stranger, 7, visits=1)

    page = text_of(client.get("/friends/"))

    assert "открыли ссылку 9 вступили 5 пришли на приём 3" in page


def test_page_holds_no_name_date_amount_or_service_of_a_friend(client, anna):
    give_code(anna, opened=1)
    friend = bring(anna, 1, visits=1)
    make_receipt(friend, clinic=make_clinic(), actor=None, price=4321, paid=4321)

    page = text_of(client.get("/friends/"))

    for told in ("Петрова", "Вера", "4 321", "4321", "₽", "2026", "ноябр", friend.phone):
        assert told not in page


def test_links_of_merged_cards_count_for_the_card_that_stayed(client, anna):
    give_code(anna, opened=2)
    twin = make_patient("Иванова", "Аня", "+79160000055")
    code = take_code(text="ANYA-222", kind=PublicCode.Kind.FRIEND, at=LONG_AGO, patient=twin)
    PublicCode.objects.filter(pk=code.pk).update(opened=3)
    Patient.objects.filter(pk=twin.pk).update(merged_into=anna)

    assert "открыли ссылку 5" in text_of(client.get("/friends/"))


def test_contact_is_led_to_the_registration_and_gets_no_code(client, sms):
    make_patient(consents=())
    log_in(client, sms)

    page = client.get("/friends/")

    assert 'href="/join/about/"' in page.content.decode()
    assert PublicCode.objects.count() == 0


def test_stranger_is_sent_to_the_log_in(client):
    assert client.get("/friends/")["Location"] == "/login/?next=/friends/"


def test_page_costs_the_same_however_many_friends(client, anna, django_assert_num_queries):
    give_code(anna)
    client.get("/friends/")
    with django_assert_num_queries(7):  # session, user with patient, code, three sums, program
        client.get("/friends/")
    for number in range(6):
        bring(anna, number)

    with django_assert_num_queries(7):
        client.get("/friends/")


def test_points_given_for_friends_are_one_sum(client, anna):
    give_code(anna, opened=1)
    friends = [bring(anna, number, visits=1) for number in range(2)]
    for friend, points, undone in zip(friends, (250, 250), (None, LONG_AGO), strict=True):
        receipt = make_receipt(friend, clinic=make_clinic(), actor=None, price=1000, paid=1000)
        operation = give_points(anna, points, at=LONG_AGO, key=f"friend:{friend.pk}")
        FriendGift.objects.create(
            inviter=anna, friend=friend, rule_code="friend", receipt=receipt, points=points,
            operation_id=operation, given_at=LONG_AGO, undone_at=undone, kept_points=40 if undone else 0,
        )  # fmt: skip

    assert "пришли на приём 2 начислено вам 290" in text_of(client.get("/friends/"))


def test_page_says_what_each_of_the_two_gets_and_when(client, anna):
    page = text_of(client.get("/friends/"))

    assert "Вам 250 баллов, когда друг впервые оплатит визит." in page
    assert "Друг получит за вступление: 250 баллов." in page
    assert "На следующее утро у вас 250 баллов." in page


def test_program_without_the_inviters_gift_promises_none(client, sms, settings):
    publish_preset(gifts=[])
    make_member()
    log_in(client, sms)

    page = text_of(client.get("/friends/"))

    assert "Вам" not in page
    assert "Вы видите это здесь." in page
