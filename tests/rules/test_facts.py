"""Facts that can't be are refused before anything is counted."""

from datetime import date

import pytest

from loyalty.rules.facts import LineFacts, ReceiptFacts, SpendChoice, SpendKind
from loyalty.rules.shares import Holder, share_points


def test_price_and_quantity_must_make_sense():
    with pytest.raises(ValueError, match="price"):
        LineFacts(position=1, price_kopecks=-1)
    with pytest.raises(ValueError, match="quantity"):
        LineFacts(position=1, price_kopecks=1, quantity=0)


def test_two_lines_can_not_have_one_position():
    line = LineFacts(position=1, price_kopecks=100)

    with pytest.raises(ValueError, match="same position"):
        ReceiptFacts(lines=(line, line), clinic="mytishchi", day=date(2026, 11, 22))


def test_weekday_is_that_of_the_clinics_day():
    sunday = ReceiptFacts(lines=(), clinic="mytishchi", day=date(2026, 11, 22))

    assert (sunday.weekday, sunday.total_kopecks) == (7, 0)


def test_weekday_goes_by_the_day_where_the_receipt_is_paid():
    saturday, sunday = date(2026, 11, 21), date(2026, 11, 22)

    paid_in_the_east = ReceiptFacts(lines=(), clinic="vladivostok", day=saturday, clinic_day=sunday)

    assert paid_in_the_east.weekday == 7


def test_only_the_choice_of_an_amount_carries_points():
    with pytest.raises(ValueError, match="only the choice"):
        SpendChoice(SpendKind.MAXIMUM, 5)


def test_points_pass_on_from_lines_that_are_full():
    holders = [Holder(90, 0, ("", 1)), Holder(90, 0, ("", 2)), Holder(320, 3, ("", 3))]

    assert share_points(3, holders) == [0, 0, 3]


def test_points_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        share_points(4, [Holder(320, 3, ("", 1))])
