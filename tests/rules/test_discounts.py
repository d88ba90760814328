"""Automatic promotions, the discount card and manual discounts, kopeck by kopeck."""

import pytest

from loyalty.rules.engine import quote
from loyalty.rules.facts import MemberFacts, SpendChoice
from loyalty.rules.limits import LimitKind
from loyalty.rules.quote import Skipped
from loyalty.rules.reasons import Reason
from tests.rules.build import anna, changed, line, receipt

TITLE = {"ru": "а", "en": "a"}


def promotion(code, effect, **fields):
    return {
        "code": code,
        "title": TITLE,
        "effect": effect,
        "days": {"first_day": "2026-01-01", "last_day": "2026-12-31"},
        "rules_link": "/rules/",
        **fields,
    }


def percent(number):
    return {"kind": "percent", "percent": number}


def quoted(*lines, promotions=(), mode=None, discounts=None, member=None, spend=None, used=None, manual_bp=0):
    section = {"promotions": list(promotions), **(discounts or {})}
    if mode:
        section["groups"] = [{"code": "base", "mode": mode}]
    bought = receipt(*lines)
    return quote(
        program=changed("dentistry", discounts=section),
        member=member or anna("gold"),
        receipt=type(bought)(
            lines=bought.lines, clinic=bought.clinic, day=bought.day, manual_discount_bp=manual_bp
        ),
        choice=spend or SpendChoice.none(),
        used=used or {},
    )


def test_discount_of_19_99_at_25_percent_is_5_00():
    result = quoted(line("19.99"), promotions=[promotion("autumn", percent(25))])

    assert (result.discount_kopecks, result.money_kopecks) == (500, 1_499)


@pytest.mark.parametrize(
    ("mode", "to_pay", "off"),
    [
        ("sequential", 67_500, {"ten": 10_000, "quarter": 22_500}),
        ("best_of", 75_000, {"quarter": 25_000}),
        ("exclusive", 90_000, {"ten": 10_000}),
    ],
)
def test_ten_and_twenty_five_percent_on_a_thousand(mode, to_pay, off):
    promotions = [promotion("ten", percent(10), priority=1), promotion("quarter", percent(25))]

    result = quoted(line(1_000), promotions=promotions, mode=mode)

    assert result.money_kopecks == to_pay
    assert {each.code: each.kopecks for each in result.discounts} == off


def test_two_thousand_off_three_lines_is_two_thousand_in_all():
    lines = [line(price, position=n) for n, price in enumerate((1_000, 1_000, 1_000), start=1)]

    result = quoted(*lines, promotions=[promotion("jubilee", {"kind": "amount", "roubles": 2_000})])

    assert result.discount_kopecks == 200_000
    assert [each.discount_kopecks for each in result.lines] == [66_667, 66_667, 66_666]


def test_amount_larger_than_the_bill_leaves_nothing_to_pay():
    result = quoted(line(900), promotions=[promotion("jubilee", {"kind": "amount", "roubles": 2_000})])

    assert (result.discount_kopecks, result.money_kopecks) == (90_000, 0)


def test_fixed_price_is_of_one_piece_and_never_raises_a_price():
    hygiene = promotion("hygiene", {"kind": "fixed_price", "roubles": 3_500}, when={"services": ["hygiene"]})
    two = line(9_000, service="hygiene", position=1)
    two = type(two)(1, two.price_kopecks, "hygiene", (), 2)

    result = quoted(two, line(3_000, service="hygiene", position=2), promotions=[hygiene])

    assert [each.money_kopecks for each in result.lines] == [700_000, 300_000]


def test_free_line_is_the_cheapest_of_those_it_means():
    gift = promotion("gift", {"kind": "free_line"}, when={"categories": ["diagnostics"]})

    result = quoted(
        line(2_000, "diagnostics", position=1),
        line(500, "diagnostics", position=2),
        line(300, position=3),
        promotions=[gift],
    )

    assert [each.money_kopecks for each in result.lines] == [200_000, 0, 30_000]


def test_best_of_is_chosen_for_every_line():
    promotions = [
        promotion("therapy", percent(20), when={"categories": ["therapy"]}),
        promotion("all", percent(10)),
    ]

    result = quoted(line(1_000, "therapy", position=1), line(1_000, position=2), promotions=promotions)

    assert [each.discount_kopecks for each in result.lines] == [20_000, 10_000]


def test_exclusive_promotion_leaves_other_lines_to_the_next():
    promotions = [
        promotion("therapy", percent(5), when={"categories": ["therapy"]}, priority=5),
        promotion("all", percent(10)),
    ]

    result = quoted(
        line(1_000, "therapy", position=1), line(1_000, position=2), promotions=promotions, mode="exclusive"
    )

    assert [each.discount_kopecks for each in result.lines] == [5_000, 10_000]


def test_promotion_that_loses_says_to_which():
    promotions = [promotion("ten", percent(10)), promotion("quarter", percent(25))]

    result = quoted(line(1_000), promotions=promotions)

    assert result.skipped == (Skipped("ten", Reason("another_better", (("other", "quarter"),))),)


def test_groups_follow_each_other_on_what_the_line_then_costs():
    discounts = {"groups": [{"code": "first", "mode": "best_of"}, {"code": "then", "mode": "best_of"}]}
    promotions = [promotion("b", percent(50), group="then"), promotion("a", percent(10), group="first")]

    result = quoted(line(1_000), promotions=promotions, discounts=discounts)

    assert [(each.code, each.kopecks) for each in result.discounts] == [("a", 10_000), ("b", 45_000)]


def test_pensioner_five_percent_for_who_has_shown_the_document():
    pensioners = promotion("pensioners", percent(5), when={"social_groups": ["pensioner"]})

    shown = quoted(
        line(1_000), promotions=[pensioners], member=anna("gold", social_groups=frozenset({"pensioner"}))
    )
    not_shown = quoted(line(1_000), promotions=[pensioners])

    assert (shown.money_kopecks, not_shown.money_kopecks) == (95_000, 100_000)


CARD = {
    "code": "card",
    "title": TITLE,
    "levels": [
        {"from_roubles": 10_000, "percent": 5},
        {"from_roubles": 50_000, "percent": 7},
        {"from_roubles": 100_000, "percent": 10},
    ],
}


@pytest.mark.parametrize(
    ("turnover", "off"), [(999_999, 0), (1_000_000, 5_000), (5_000_000, 7_000), (10**9, 10_000)]
)
def test_discount_card_takes_off_what_the_turnover_has_reached(turnover, off):
    member = anna("gold", turnover_kopecks=turnover)

    result = quoted(line(1_000), discounts={"card": CARD}, member=member)

    assert result.discount_kopecks == off


def test_who_has_not_joined_gets_the_promotion_but_no_points():
    result = quoted(
        line(1_000), promotions=[promotion("autumn", percent(25))], member=MemberFacts(is_member=False)
    )

    assert (result.money_kopecks, result.earned_points) == (75_000, 0)


def test_cap_and_earning_are_of_what_the_lines_cost_after_discounts():
    # 10 000 - 10 % = 9 000; gold may pay 20 % = 1 800; 7 200 in money earn 9 % = 648.
    result = quoted(line(10_000), promotions=[promotion("ten", percent(10))], spend=SpendChoice.maximum())

    assert (result.spend.points, result.money_kopecks, result.earned_points) == (1_800, 720_000, 648)


def test_manual_discount_comes_after_the_automatic_ones():
    result = quoted(line(1_000), promotions=[promotion("ten", percent(10))], manual_bp=1_000)

    assert [(each.code, each.kopecks) for each in result.discounts] == [("ten", 10_000), ("manual", 9_000)]


BUDGET = {"roubles": 1_000, "period": "month"}


def test_last_roubles_of_a_budget_are_split_over_the_lines_to_the_kopeck():
    lines = [line(1_000, position=n) for n in (1, 2, 3)]
    used = {("ten", LimitKind.BUDGET): 90_000}

    result = quoted(*lines, promotions=[promotion("ten", percent(10), budget=BUDGET)], used=used)

    assert [each.discount_kopecks for each in result.lines] == [3_334, 3_333, 3_333]
    assert result.reasons[0].code == "budget_used_up"


@pytest.mark.parametrize("mode", ["exclusive", "best_of", "sequential"])
def test_promotion_without_budget_left_does_not_stand_in_the_way_of_another(mode):
    promotions = [promotion("big", percent(50), budget=BUDGET, priority=5), promotion("ten", percent(10))]
    used = {("big", LimitKind.BUDGET): 100_000}

    result = quoted(line(1_000), promotions=promotions, mode=mode, used=used)

    assert {each.code: each.kopecks for each in result.discounts} == {"ten": 10_000}
    assert [each.code for each in result.skipped] == ["big"]
    assert result.skipped[0].reason.code == "budget_used_up"


def test_promotion_counts_on_its_last_day_and_not_after():
    days = {"first_day": "2026-11-01", "last_day": "2026-11-22"}
    over = {"first_day": "2026-11-01", "last_day": "2026-11-21"}

    on_last_day = quoted(line(1_000), promotions=[promotion("ten", percent(10), days=days)])
    day_after = quoted(line(1_000), promotions=[promotion("ten", percent(10), days=over)])

    assert (on_last_day.discount_kopecks, day_after.discount_kopecks) == (10_000, 0)
    assert day_after.skipped == (Skipped("ten", Reason("no_longer", (("day", "2026-11-21"),))),)
