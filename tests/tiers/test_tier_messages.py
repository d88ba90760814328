"""What the notices about tiers say at sending, and when there is nothing to say any more."""

from datetime import date

import pytest
from django.utils.translation import override

from loyalty.messages.tiers import compose_tier_at_risk, compose_tier_changed
from notifications.sms_parts import count_parts, plain
from tests.programs import make_member
from tests.tiers.paying import moscow, notices, pay, run_night, run_tiers

pytestmark = pytest.mark.django_db
PAID_AT = moscow(2026, 1, 31, 12, 0)


@pytest.fixture
def anna():
    """Silver since 31 January 2026 by one payment of 60 000."""
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 60_000, at=PAID_AT)
    return anna


def said(compose, notice, *, at, language="ru"):
    with override(language):
        text = compose(notice, at)
    return None if text is None else (text.subject, plain(text.body), plain(text.short))


def test_risen_tier_names_what_else_it_gives_and_the_next_step(anna):
    subject, body, short = said(compose_tier_changed, notices("tier.changed")[0], at=PAID_AT)

    assert (subject, short) == ("Ваш уровень теперь «Серебро»", "Ваш уровень теперь «Серебро».")
    assert body == (
        "Здравствуйте, Анна!\n\n"
        "Ваш уровень теперь «Серебро».\n\n"
        "Что ещё он даёт: Памятки по уходу · Онлайн-консультация\n\n"
        "До «Золото» осталось 90 000 ₽, если оплатить до 31.01.2027 включительно.\n\n"
        "Записаться: clinic.ru/z\n\nМытищи"
    )


def test_notice_in_english(anna):
    _subject, _body, short = said(compose_tier_changed, notices("tier.changed")[0], at=PAID_AT, language="en")

    assert short == "Your tier is now “Silver”."


def test_risk_says_how_much_by_when_in_one_sms(anna):
    run_night(date(2027, 2, 1))

    subject, body, short = said(compose_tier_at_risk, notices("tier.at_risk")[0], at=moscow(2027, 2, 1, 10, 0))

    assert subject == "Как сохранить уровень «Серебро»"
    assert "Чтобы сохранить «Серебро», оплатите ещё 50 000 ₽ до 3 марта включительно." in body
    assert short == "Оплатите ещё 50 000 ₽ до 3 марта, чтобы сохранить «Серебро»."
    assert count_parts(short) == 1


def test_sum_holds_whatever_leaves_the_count_during_the_grace(anna):
    pay(anna, 45_000, at=moscow(2026, 2, 10, 12, 0))
    pay(anna, 10_000, at=moscow(2026, 6, 1, 12, 0))
    run_night(date(2027, 2, 11))

    _subject, _body, short = said(compose_tier_at_risk, notices("tier.at_risk")[0], at=moscow(2027, 2, 11, 10, 0))

    assert short == "Оплатите ещё 40 000 ₽ до 13 марта, чтобы сохранить «Серебро»."


def test_part_paid_before_sending_is_no_longer_asked_for(anna):
    run_night(date(2027, 2, 1))
    pay(anna, 30_000, at=moscow(2027, 2, 1, 9, 30))

    _subject, _body, short = said(compose_tier_at_risk, notices("tier.at_risk")[0], at=moscow(2027, 2, 1, 10, 0))

    assert short == "Оплатите ещё 20 000 ₽ до 3 марта, чтобы сохранить «Серебро»."


def test_nothing_is_said_of_a_risk_that_a_payment_has_ended(anna):
    run_night(date(2027, 2, 1))
    pay(anna, 50_000, at=moscow(2027, 2, 1, 9, 30))

    assert said(compose_tier_at_risk, notices("tier.at_risk")[0], at=moscow(2027, 2, 1, 10, 0)) is None


def test_nothing_is_said_of_an_earlier_grace_in_a_later_one(anna):
    run_night(date(2027, 2, 1))
    pay(anna, 50_000, at=moscow(2027, 2, 1, 9, 30))
    run_night(date(2028, 2, 2))

    first, second = notices("tier.at_risk")
    assert said(compose_tier_at_risk, first, at=moscow(2028, 2, 2, 10, 0)) is None
    assert said(compose_tier_at_risk, second, at=moscow(2028, 2, 2, 10, 0)) is not None


def test_fallen_tier_is_said_plainly_with_the_way_back(anna):
    run_night(date(2027, 2, 1))
    run_night(date(2027, 3, 4))

    _subject, body, short = said(compose_tier_changed, notices("tier.changed")[1], at=moscow(2027, 3, 4, 10, 0))

    assert short == "Ваш уровень теперь «Стандарт»."
    assert "До «Серебро» осталось 50 000 ₽." in body


def test_step_down_tells_of_the_next_one_in_the_same_notice():
    run_tiers(downgrade="one_step")
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 160_000, at=PAID_AT)
    run_night(date(2027, 2, 1))
    run_night(date(2027, 3, 4))

    _subject, _body, short = said(compose_tier_changed, notices("tier.changed")[1], at=moscow(2027, 3, 4, 10, 0))

    assert short == ("Ваш уровень теперь «Серебро». Оплатите ещё 50 000 ₽ до 3 апреля, чтобы сохранить «Серебро».")


def test_change_that_another_one_has_overtaken_is_not_told(anna):
    pay(anna, 100_000, at=moscow(2026, 2, 1, 12, 0))

    overtaken, last = notices("tier.changed")
    assert said(compose_tier_changed, overtaken, at=moscow(2026, 2, 1, 12, 1)) is None
    assert said(compose_tier_changed, last, at=moscow(2026, 2, 1, 12, 1))[2] == "Ваш уровень теперь «Золото»."
