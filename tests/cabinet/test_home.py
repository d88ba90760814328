"""Home: exact words for a fixed picture, at awkward moments, and never more than eight queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger import posting
from loyalty.models import Account, Entry, OperationKind, Refund, Source
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from patients.cards import block_card
from patients.models import Card, Patient
from tests.cabinet.pages import ask_code, log_in, text_of, try_code
from tests.people import make_clinic, make_patient, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db

NBSP = "\u00a0"


@pytest.fixture
def today(monkeypatch):
    """Sets the moment that the cabinet takes for now; codes keep real time."""

    def set_moment(moment):
        monkeypatch.setattr("clinics.clock.now", lambda: moment)

    set_moment(NOON)
    return set_moment


@pytest.fixture
def anna(today):
    """Gold; 450 points to 27 November, 3 000 by the rolling date 15 January 2028."""
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    return anna


def home_of(client, sms, phone="8 916 123-45-67"):
    log_in(client, sms, phone)
    return client.get("/")


def said(text):
    """Spaces that a browser keeps together are written as plain ones in the tests."""
    return text.replace(NBSP, " ")


def pay(patient, choice=None, *, at=NOON, price_kopecks=650_000):
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=price_kopecks, service_id=make_service("hygiene-full", "hygiene").pk),),
        choice=choice or SpendChoice.none(),
        identified_by="PHONE",
    )
    return confirm_with_proof(quote_receipt(draft, at=at).token, clinic=make_clinic(), actor=make_rita(), at=at)


def test_home_says_the_whole_picture_in_its_fixed_order(client, sms, anna):
    card = Card.objects.get(patient=anna)

    page = said(text_of(home_of(client, sms)))

    parts = [
        "Здравствуйте, Анна",
        "Ваши баллы 3 450 1 балл = 1 ₽ скидки",
        f"Карта {card}",
        "450 баллов сгорят 27 ноября",
        "Осталось 5 дней. Это скидка 450 ₽ на следующем визите.",
        "Записаться",
        "Золото кешбэк 9 %",
        "До «Премиум» осталось 18 000 ₽",
        "Памятки по уходу Онлайн-консультация Бесплатная консультация",
        "Последние операции",
        "+3 000",
        "+450",
        "Вся история",
        "Когда сгорают баллы 450 баллов сгорят 27 ноября",
        "3 000 баллов сгорят 15.01.2028, если не будет новых оплат",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_thousands_are_parted_by_a_no_break_space(client, sms, anna):
    assert f"3{NBSP}450" in text_of(home_of(client, sms))


def test_booking_link_leads_to_the_clinics_own_address(client, sms, anna):
    assert 'href="https://clinic.ru/z"' in home_of(client, sms).content.decode()


def test_nothing_warm_is_shown_when_nothing_burns_within_thirty_days(client, sms, today):
    publish_preset(has_welcome=False)
    give_points(make_member(), 450, last_day=date(2026, 12, 23), at=NOON)

    page = home_of(client, sms)

    assert "burning" not in page.content.decode()
    assert "450 баллов сгорят 23 декабря" in said(text_of(page))


def test_thirtieth_day_is_still_told(client, sms, today):
    publish_preset(has_welcome=False)
    give_points(make_member(), 450, last_day=date(2026, 12, 22), at=NOON)

    page = said(text_of(home_of(client, sms)))

    assert "450 баллов сгорят 22 декабря Осталось 30 дней." in page
    assert "Когда сгорают баллы" not in page


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (1, "1 балл сгорит 27 ноября"),
        (2, "2 балла сгорят 27 ноября"),
        (5, "5 баллов сгорят 27 ноября"),
        (21, "21 балл сгорит 27 ноября"),
        (112, "112 баллов сгорят 27 ноября"),
    ],
)
def test_points_are_declined(client, sms, today, points, sentence):
    publish_preset(has_welcome=False)
    give_points(make_member(), points, last_day=date(2026, 11, 27), at=NOON)

    assert sentence in said(text_of(home_of(client, sms)))


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (1, "Остался 1 день."),
        (2, "Осталось 2 дня."),
        (5, "Осталось 5 дней."),
        (21, "Остался 21 день."),
    ],
)
def test_days_are_declined(client, sms, today, days, sentence):
    publish_preset(has_welcome=False)
    give_points(make_member(), 450, last_day=date(2026, 11, 22) + timedelta(days=days), at=NOON)

    assert sentence in said(text_of(home_of(client, sms)))


def test_english_plurals_and_no_cyrillic_but_names(sms, anna):
    give_points(anna, 1, last_day=date(2026, 11, 30), at=NOON)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")

    page = said(text_of(home_of(client, sms)))

    assert "450 points burn on 27 November 5 days left. That is 450 ₽ off your next visit." in page
    assert "1 point burns on 30 November" in page
    assert "3 000 points burn on 15.01.2028 unless you pay for a visit before" in page
    for name in ("Анна", "Мытищи"):
        page = page.replace(name, "")
    assert not any("а" <= char.lower() <= "я" for char in page), page


def test_last_day_counts_until_midnight_of_the_clinic(client, sms, today):
    publish_preset(has_welcome=False)
    give_points(make_member(), 450, last_day=date(2026, 11, 27), at=NOON)
    log_in(client, sms)

    today(datetime(2026, 11, 27, 20, 59, 59, tzinfo=UTC))  # 23:59:59 in Moscow
    before = said(text_of(client.get("/")))
    today(datetime(2026, 11, 27, 21, 0, tzinfo=UTC))  # 00:00
    after = said(text_of(client.get("/")))

    assert "Ваши баллы 450" in before
    assert "450 баллов сгорят 27 ноября Сегодня последний день." in before
    assert "Ваши баллы 0" in after
    assert "сгорят" not in after


def test_day_is_that_of_the_home_clinic(client, sms, today):
    publish_preset(has_welcome=False)
    anna = make_member(clinic=make_clinic("petropavlovsk", name="Камчатка", timezone="Asia/Kamchatka"))
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON)
    log_in(client, sms)

    today(datetime(2026, 11, 27, 11, 59, 59, tzinfo=UTC))  # 23:59:59 on Kamchatka
    assert "Сегодня последний день." in said(text_of(client.get("/")))
    today(datetime(2026, 11, 27, 12, 0, tzinfo=UTC))
    assert "Ваши баллы 0" in said(text_of(client.get("/")))


def test_points_without_end_are_said_not_to_burn(client, sms, today):
    publish_preset(has_welcome=False)
    anna = make_member()
    give_points(anna, 120, never_burns=True, at=NOON)

    page = said(text_of(home_of(client, sms)))

    assert "120 баллов не сгорают" in page
    assert "Начислено за визит +120 22 ноября Не сгорают." in page


def test_rolling_points_within_thirty_days_say_how_to_keep_them(client, sms, anna, today):
    today(datetime(2028, 1, 10, 9, 0, tzinfo=UTC))

    page = said(text_of(home_of(client, sms)))

    assert "3 000 баллов сгорят 15 января, если не будет новых оплат Осталось 5 дней." in page


def test_new_member_reads_what_the_gift_is_and_where_it_leads(client, sms, today):
    publish_preset()
    make_member(at=NOON)

    page = said(text_of(home_of(client, sms)))

    assert "У вас 250 баллов за вступление. Первый визит приблизит к уровню «Серебро»: осталось 50 000 ₽." in page
    assert "За вступление +250 22 ноября Сгорит 22.11.2028, если не будет новых оплат." in page


def test_home_says_what_a_friend_gets(client, sms, today):
    publish_preset()
    make_member(at=NOON)

    page = home_of(client, sms)

    assert "Вам 250 баллов, когда друг впервые оплатит визит, другу 250 баллов сразу." in said(text_of(page))
    assert 'href="/friends/"' in page.content.decode()


def test_member_without_points_reads_what_will_be_here(client, sms, today):
    publish_preset(has_welcome=False)
    make_member()

    page = text_of(home_of(client, sms))

    assert "Здесь будут начисления и списания. Первые баллы придут после визита." in page


def test_contact_without_an_account_is_told_how_to_join(client, sms, today):
    make_patient(consents=())

    page = text_of(home_of(client, sms))

    assert "Вы ещё не в программе. Вступите, и баллы начнут копиться." in page


def test_visit_shows_its_receipt_rule_and_life(client, sms, anna):
    confirmed = pay(anna, SpendChoice.burning())

    page = said(text_of(home_of(client, sms)))

    number = confirmed.receipt.pk
    assert "Ваши баллы 3 544" in page  # 3 450 - 450 + 544
    assert (
        f"Начислено за визит +544 22 ноября, чек {number} Кешбэк: 9 % от 6 050 ₽. "
        "Сгорит 22.11.2028, если не будет новых оплат." in page
    )
    assert f"Списано на визите −450 22 ноября, чек {number}" in page


def test_refund_rows_name_the_receipt_and_what_moved(client, sms, anna):
    receipt = pay(anna, SpendChoice.burning()).receipt
    wish = RefundWish(receipt_id=receipt.pk, key="whole", reason=Refund.Reason.CANCELLED)
    refund_receipt(wish, actor=User.objects.get(username="rita"), at=NOON)

    page = said(text_of(home_of(client, sms)))

    assert "Ваши баллы 3 450" in page
    title = f"Возврат по чеку {receipt.pk}"
    assert (
        f"{title} −544 22 ноября Забрали начисленное. {title} +450 22 ноября Вернули списанное. Начислено" in page
    )


def test_earning_that_a_refund_took_back_has_no_day_to_burn_on(client, sms, anna):
    receipt = pay(anna).receipt
    wish = RefundWish(receipt_id=receipt.pk, key="whole", reason=Refund.Reason.CANCELLED)
    refund_receipt(wish, actor=User.objects.get(username="rita"), at=NOON)

    page = said(text_of(home_of(client, sms)))

    assert f"+585 22 ноября, чек {receipt.pk} Кешбэк: 9 % от 6 500 ₽. Начислено за визит +3 000" in page


def test_burnt_points_say_why_they_are_gone(client, sms, anna, today):
    night = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    today(night)
    posting.burn_slice(account_ids=[anna.standing.account_id], cutoff=night, at=night)

    page = said(text_of(home_of(client, sms)))

    assert "Сгорело −450 28 ноября Срок закончился." in page
    assert "Начислено за визит +450 13 ноября Срок был до 27 ноября." in page


def test_imported_visit_says_where_it_comes_from(client, sms, anna):
    account = anna.standing.account_id
    posting.spend(account_id=account, units=100, key="past", at=NOON, source=Source.IMPORT)

    assert "Списано на визите −100 22 ноября Из прежних записей клиники." in said(text_of(home_of(client, sms)))


def test_moved_clock_of_the_demo_does_not_age_codes(client, sms, anna, today):
    ask_code(client)
    today(NOON + timedelta(days=40))

    assert try_code(client, sms.last_code)["Location"] == "/"


def test_pending_points_are_told_apart(client, sms, anna):
    standing = anna.standing
    posting.earn(
        account_id=standing.account_id,
        lots=[posting.NewLot(points=21, last_day=None, expires_at=None, available_at=NOON + timedelta(days=13))],
        key="pending",
        at=NOON,
    )

    page = said(text_of(home_of(client, sms)))

    assert "Ваши баллы 3 450" in page
    assert "Ещё 21 балл станет доступен позже." in page
    assert "Станут доступны 5 декабря." in page


def test_points_that_wait_for_the_visit_say_so(client, sms, anna):
    posting.earn(
        account_id=anna.standing.account_id,
        lots=[posting.NewLot(points=585, waits_for_visit=True)],
        key="waiting",
        at=NOON,
    )

    page = said(text_of(home_of(client, sms)))

    assert "Ещё 585 баллов станут доступны, когда ваш визит будет завершён." in page
    assert "+585 22 ноября Станут доступны, когда визит будет завершён." in page


def test_debt_is_a_balance_below_zero_with_its_reason(client, sms, today):
    publish_preset(has_welcome=False)
    anna = make_member()
    account = anna.standing.account_id
    earned = give_points(anna, 450, at=NOON)
    posting.spend(account_id=account, units=450, key="spent", at=NOON)
    posting.take_back(operation_id=earned, units=450, key="back", at=NOON, policy=posting.TakeBackPolicy.DEBT)

    page = said(text_of(home_of(client, sms)))

    assert "Ваши баллы −450" in page
    assert "При возврате забрали больше баллов, чем было. Новые баллы сначала погасят этот долг." in page


def test_highest_tier_has_no_next_step(client, sms, today):
    publish_preset(has_welcome=False)
    make_member(tier="premium", turnover=500_000)

    page = said(text_of(home_of(client, sms)))

    assert "Премиум кешбэк 10 % Это высший уровень." in page


def test_blocked_card_is_said_with_what_to_do(client, sms, anna):
    block_card(card=Card.objects.get(patient=anna), reason="потеря", at=NOON)

    page = text_of(home_of(client, sms))

    assert "Открытой карты нет. Её выдадут на стойке." in page
    assert "потеря" not in page


def test_words_of_staff_and_names_of_services_are_not_shown(client, sms, anna):
    posting.earn(
        account_id=anna.standing.account_id,
        lots=[posting.NewLot(points=100, last_day=None, expires_at=None)],
        key="by-hand",
        at=NOON,
        kind=OperationKind.ADJUST,
        reason="скандалила на стойке",
    )
    pay(anna)

    page = text_of(home_of(client, sms))

    assert "Исправлено клиникой" in page
    assert "скандалила" not in page
    assert "hygiene" not in page


def test_patient_sees_only_their_own(client, sms, anna):
    vera = make_member("Петрова", "Вера", "+79160000001")
    give_points(vera, 77_777, last_day=date(2026, 12, 1), at=NOON)

    page = said(text_of(home_of(client, sms)))

    assert "77 777" not in page
    assert str(Card.objects.get(patient=vera)) not in page
    assert "Вера" not in page


def test_home_is_not_cached_and_cannot_be_posted_to(client, sms, anna):
    answer = home_of(client, sms)

    assert "no-store" in answer["Cache-Control"]
    assert client.post("/").status_code == 405


def test_home_takes_no_more_than_eight_queries_whatever_the_history(
    client, sms, anna, django_assert_max_num_queries, django_assert_num_queries
):
    home_of(client, sms)
    with django_assert_max_num_queries(8) as short:
        client.get("/")
    for number in range(60):
        give_points(anna, 10, last_day=date(2027, 1, 1) + timedelta(days=number), at=NOON, key=f"more:{number}")

    with django_assert_num_queries(len(short)):
        page = client.get("/")

    assert Entry.objects.count() == 62
    assert text_of(page).count("Подарок") + text_of(page).count("Начислено за визит") == 3


def test_history_and_balance_agree(client, sms, anna):
    pay(anna, SpendChoice.maximum())

    account = Account.objects.get(patient=anna)
    units = sum(Entry.objects.filter(account=account).values_list("units", flat=True))
    assert units == account.balance + account.pending - account.debt
    assert f"Ваши баллы {units:,}".replace(",", " ") in said(text_of(home_of(client, sms)))


def test_patient_without_a_first_name_is_greeted(client, sms, anna):
    Patient.objects.filter(pk=anna.pk).update(first_name="")

    assert "Здравствуйте" in text_of(home_of(client, sms))
