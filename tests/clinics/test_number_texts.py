"""Numbers, money and days as the screens show them."""

from datetime import date

import pytest
from django.utils import translation

from clinics.number_texts import (
    day_text,
    money_text,
    number_text,
    percent_text,
    points_word,
    signed_text,
    soon_text,
)

NOVEMBER_22 = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (450, "450"), (3450, "3\u00a0450"), (-1300, "−1\u00a0300"), (1234567, "1\u00a0234\u00a0567")],
)
def test_thousands_stand_apart_and_minus_is_long(number, text):
    assert number_text(number) == text


@pytest.mark.parametrize(("number", "text"), [(4248, "+4\u00a0248"), (0, "0"), (-5, "−5")])
def test_gains_have_a_plus(number, text):
    assert signed_text(number) == text


@pytest.mark.parametrize(
    ("kopecks", "text"),
    [
        (4_687_500, "46\u00a0875\u00a0₽"),
        (4_687_550, "46\u00a0875,50\u00a0₽"),
        (-100, "−1\u00a0₽"),
        (5, "0,05\u00a0₽"),
    ],
)
def test_money_shows_kopecks_only_when_there_are_some(kopecks, text):
    assert money_text(kopecks) == text


@pytest.mark.parametrize(("rate_bp", "text"), [(900, "9\u00a0%"), (750, "7,5\u00a0%"), (1025, "10,25\u00a0%")])
def test_rates_are_percents(rate_bp, text):
    assert percent_text(rate_bp) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 балл"), (2, "2 балла"), (5, "5 баллов"), (21, "21 балл"), (112, "112 баллов")],
)
def test_points_have_the_right_plural(number, text):
    assert points_word(number) == text


@pytest.mark.parametrize(
    ("day", "language", "text"),
    [
        (date(2026, 11, 27), "ru", "27\u00a0ноября"),
        (date(2026, 11, 27), "en", "27\u00a0November"),
        (date(2028, 11, 27), "ru", "27.11.2028"),
    ],
)
def test_day_of_the_current_year_is_said_in_words(day, language, text):
    with translation.override(language):
        assert day_text(day, today=NOVEMBER_22) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 22), "сегодня"),
        (date(2026, 11, 23), "завтра"),
        (date(2026, 11, 27), "через 5 дней"),
        (date(2026, 12, 6), "через 14 дней"),
        (date(2026, 12, 7), ""),
        (date(2026, 11, 21), ""),
    ],
)
def test_near_days_are_said_relatively(day, text):
    assert soon_text(day, today=NOVEMBER_22) == text
