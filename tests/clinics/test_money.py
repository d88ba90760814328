"""Kopecks, roubles and their rounding, with the sums worked by hand."""

from decimal import Decimal

import pytest

from clinics.money import (
    FractionOfKopeck,
    half_up,
    percent_floor,
    split_by_largest_remainder,
    to_kopecks,
    to_roubles,
)


@pytest.mark.parametrize(("roubles", "kopecks"), [("0", 0), ("19.99", 1_999), ("48500", 4_850_000), ("-0.01", -1)])
def test_roubles_and_kopecks_are_the_same_money(roubles, kopecks):
    assert to_kopecks(Decimal(roubles)) == kopecks
    assert to_roubles(kopecks) == Decimal(roubles)


@pytest.mark.parametrize("roubles", ["0.001", "NaN", "Infinity"])
def test_what_is_no_whole_kopeck_is_refused(roubles):
    with pytest.raises(FractionOfKopeck):
        to_kopecks(Decimal(roubles))


def test_quarter_off_rounds_the_discount_half_up():
    discount = half_up(1_999 * 2_500, 10_000)

    assert (discount, 1_999 - discount) == (500, 1_499)


@pytest.mark.parametrize(("numerator", "expected"), [(4, 0), (5, 1), (14, 1), (15, 2)])
def test_one_half_goes_up(numerator, expected):
    assert half_up(numerator, 10) == expected


def test_share_of_an_amount_is_rounded_down():
    assert percent_floor(199_900, 2_500) == 49_975
    assert percent_floor(3, 3_333) == 0


def test_odd_units_go_to_the_largest_remainders_and_ties_to_the_earlier():
    assert split_by_largest_remainder(49, [333, 333, 333]) == [17, 16, 16]
    assert split_by_largest_remainder(10, [1, 2, 4]) == [1, 3, 6]
    assert split_by_largest_remainder(200_000, [100, 100, 100]) == [66_667, 66_667, 66_666]


def test_nothing_is_split_over_nothing():
    assert split_by_largest_remainder(0, [0, 0]) == [0, 0]
    assert split_by_largest_remainder(0, []) == []


@pytest.mark.parametrize(("total", "weights"), [(1, []), (1, [0]), (-1, [1]), (1, [2, -1])], ids=str)
def test_impossible_split_is_refused(total, weights):
    with pytest.raises(ValueError, match=r"split|negative"):
        split_by_largest_remainder(total, weights)
