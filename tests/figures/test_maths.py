"""Rates, averages, the interval, cohorts and the published panel: sums worked by hand, unknown for zero."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest

from loyalty.figures.maths.cohorts import CohortMonth, cohort_table
from loyalty.figures.maths.increment import Trial, difference, rate_interval
from loyalty.figures.maths.overlap import Brought, revenue_by_way
from loyalty.figures.maths.ratios import (
    breakage,
    change,
    effective_discount,
    mean_kopecks,
    repeat_rate,
    retention,
    saving,
)

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
# Roubles of the panel that the dental network published.
PUBLISHED = {
    "certificates": 2_988_880,
    "referrals": 3_708_580,
    "telegram": 9_822_815,
    "instagram": 1_333_750,
    "pre-visit": 23_548_066,
    "telegram-2": 116_960,
    "site": 72_460,
    "newcomers": 3_992_380,
}


def test_figures_of_the_books_are_worked_out():
    assert repeat_rate(buyers=10, repeat_buyers=4) == Fraction(40, 100)
    assert mean_kopecks(50_000_00, 20) == 2_500_00
    assert retention(at_start=100, at_end=110, new=30) == Fraction(80, 100)
    assert effective_discount(points=1_000, certificates=500, discounts=460, price=100_000) == Fraction(
        196, 10_000
    )
    assert saving(price=100_000_00, baseline_bp=500, given=1_960_00) == 3_040_00
    assert breakage(issued=500, burnt=70, still_open=0) == Fraction(14, 100)
    assert change(now=120, before=100) == Fraction(1, 5)


def test_what_nothing_divides_is_unknown_and_never_zero():
    assert repeat_rate(buyers=0, repeat_buyers=0) is None
    assert mean_kopecks(0, 0) is None
    assert mean_kopecks(-100, 0) is None
    assert retention(at_start=0, at_end=5, new=5) is None
    assert effective_discount(points=0, certificates=0, discounts=0, price=0) is None
    assert breakage(issued=0, burnt=0, still_open=0) is None
    assert breakage(issued=500, burnt=70, still_open=1) is None
    assert change(now=5, before=0) is None
    assert change(now=None, before=5) is None
    assert difference(treated=Trial(10, 1), held_out=Trial(0, 0)) is None


@pytest.mark.parametrize(("kopecks", "count", "mean"), [(10_00, 3, 3_33), (20_00, 3, 6_67), (1, 2, 1), (-1, 2, 0)])
def test_average_is_rounded_half_up_to_the_kopeck(kopecks, count, mean):
    assert mean_kopecks(kopecks, count) == mean


def test_interval_is_the_published_one_of_newcombe():
    """Table II of the paper: 56 of 70 less 48 of 80 is 0.2, method 10 gives 0.0524 to 0.3339."""
    found = difference(treated=Trial(70, 56), held_out=Trial(80, 48))

    assert found.estimate == Fraction(1, 5)
    assert (round(found.low, 4), round(found.high, 4)) == (Fraction(524, 10_000), Fraction(3_339, 10_000))
    assert found.is_certain


def test_nobody_coming_still_leaves_room_for_chance():
    nobody = rate_interval(Trial(10, 0))

    assert (nobody.low, nobody.estimate, round(nobody.high, 4)) == (0, 0, Fraction(2_775, 10_000))
    assert difference(treated=Trial(10, 0), held_out=Trial(10, 0)).is_certain is False


def test_more_guests_than_people_are_refused():
    with pytest.raises(ValueError):
        Trial(3, 4)


def came(rng, people, rate_of_1000):
    return Trial(people, sum(rng.randrange(1_000) < rate_of_1000 for _person in range(people)))


@pytest.mark.parametrize(
    ("reminded", "held_out", "rates"), [(270, 30, (300, 200)), (180, 60, (90, 60))], ids=["tenth", "quarter"]
)
def test_interval_holds_the_truth_in_95_of_100_experiments(reminded, held_out, rates):
    """2 000 clinics with a known effect: a hold-out of 30 people is what one clinic has in a month."""
    rng = Random(20261130)
    truth = Fraction(rates[0] - rates[1], 1_000)

    found = [
        difference(treated=came(rng, reminded, rates[0]), held_out=came(rng, held_out, rates[1]))
        for _experiment in range(2_000)
    ]

    covered = sum(interval.low <= truth <= interval.high for interval in found)
    assert 1_860 <= covered <= 1_940


def test_cohorts_are_shares_of_their_first_month_and_blank_while_young():
    cells = [
        CohortMonth(NOVEMBER, NOVEMBER, buyers=10, kopecks=1_000),
        CohortMonth(NOVEMBER, JANUARY, buyers=4, kopecks=500),
        CohortMonth(DECEMBER, DECEMBER, buyers=3, kopecks=300),
    ]

    table = cohort_table(cells, last_day=date(2027, 1, 30), width=3)

    assert [(row.month, row.size, row.shares) for row in table] == [
        (NOVEMBER, 10, (Fraction(1), Fraction(0), None)),
        (DECEMBER, 3, (Fraction(1), None, None)),
    ]
    assert [row.mean_kopecks for row in table] == [150, 100]
    # On the month's last day it is over.
    assert cohort_table(cells, last_day=date(2027, 1, 31), width=3)[0].shares[2] == Fraction(4, 10)


def test_published_panel_adds_up():
    lines = [Brought(frozenset({way}), roubles * 100) for way, roubles in PUBLISHED.items()]

    revenue = revenue_by_way(lines)

    assert revenue.by_way == {way: roubles * 100 for way, roubles in PUBLISHED.items()}
    assert (revenue.once, revenue.overlap) == (45_583_891_00, 0)
    assert revenue.total_effect(saving=4_061_087_00) == 49_644_978_00


def test_receipt_that_two_ways_brought_counts_once_and_is_shown_as_overlap():
    revenue = revenue_by_way(
        [
            Brought(frozenset({"site"}), 100),
            Brought(frozenset({"site", "referrals"}), 30),
            Brought(frozenset(), 1_000),
        ]
    )

    assert revenue.by_way == {"site": 130, "referrals": 30}
    assert (revenue.once, revenue.overlap) == (130, 30)
