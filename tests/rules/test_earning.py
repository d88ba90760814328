"""What a receipt earns, with the sums worked by hand."""

from datetime import date

import pytest

from loyalty.rules.compiled import Basis
from loyalty.rules.facts import MemberFacts, SpendChoice
from loyalty.rules.life import Life, LifeKind, Opening
from loyalty.rules.quote import LotPlan, opening_of
from loyalty.rules.reasons import Reason
from tests.rules.build import anna, changed, compiled, line, quoted


def test_points_earn_nothing_on_the_part_they_paid():
    program = compiled("dentistry")

    result = quoted(program, anna("silver"), line(10_000), spend=SpendChoice.amount(1_500))

    assert result.money_kopecks == 850_000
    assert result.earned_points == 595


def test_a_setting_lets_the_part_paid_with_points_earn_as_well():
    program = changed("dentistry", earning__on_part_paid_with_points=True)

    result = quoted(program, anna("silver"), line(10_000), spend=SpendChoice.amount(1_500))

    assert result.earned_points == 700
    assert result.earnings[0].basis is Basis.PRICE


def test_three_lines_of_one_rule_are_floored_once_over_the_receipt():
    program = compiled("dentistry")
    lines = [line(333, position=position) for position in (1, 2, 3)]

    result = quoted(program, anna("standart"), *lines)

    assert result.earned_points == 49
    assert [each.earned_points for each in result.lines] == [17, 16, 16]
    assert [each.points for each in result.earnings[0].lines] == [17, 16, 16]


@pytest.mark.parametrize(
    ("tier", "points"), [("standart", 500), ("silver", 700), ("gold", 900), ("premium", 1_000)]
)
def test_each_tier_of_dentistry_has_its_own_cashback(tier, points):
    result = quoted(compiled("dentistry"), anna(tier), line(10_000))

    assert result.earned_points == points


def test_a_receipt_that_crosses_a_threshold_earns_at_the_old_rate():
    member = anna("standart", turnover_kopecks=4_900_000)

    result = quoted(compiled("dentistry"), member, line(10_000))

    assert result.tier == "standart"
    assert result.earned_points == 500


def test_a_tier_unknown_to_the_program_is_decided_by_turnover():
    member = anna("platinum", turnover_kopecks=15_000_000)

    result = quoted(compiled("dentistry"), member, line(10_000))

    assert result.tier == "gold"
    assert result.earned_points == 900


@pytest.mark.parametrize(
    ("category", "points"),
    [("consultation", 30), ("care", 50), ("injections", 70), ("hardware", 80), ("courses", 100), (None, 50)],
)
def test_each_category_of_cosmetology_has_its_own_rate(category, points):
    result = quoted(compiled("cosmetology"), anna(), line(1_000, category))

    assert result.earned_points == points
    assert result.tier is None


def test_lines_of_different_rates_are_floored_per_rule():
    program = compiled("cosmetology")

    result = quoted(
        program,
        anna(),
        line(333, "care", position=1),
        line(333, "hardware", position=2),
        line(333, position=3),
    )

    assert [(each.rule_code, each.points) for each in result.earnings] == [
        ("care", 16),
        ("hardware", 26),
        ("plain", 16),
    ]


RULES = [
    {"code": "all", "title": {"ru": "а", "en": "a"}, "effect": {"kind": "percent", "percent": 5}},
    {
        "code": "wide",
        "title": {"ru": "б", "en": "b"},
        "when": {"categories": ["therapy"]},
        "effect": {"kind": "percent", "percent": 6},
    },
    {
        "code": "near",
        "title": {"ru": "в", "en": "c"},
        "when": {"categories": ["endodontics"]},
        "effect": {"kind": "percent", "percent": 7},
    },
    {
        "code": "own",
        "title": {"ru": "г", "en": "d"},
        "when": {"services": ["canal"]},
        "effect": {"kind": "percent", "percent": "7.5"},
    },
]


@pytest.mark.parametrize(
    ("service", "categories", "rule", "points"),
    [
        ("canal", ("endodontics", "therapy"), "own", 75),
        ("pulp", ("endodontics", "therapy"), "near", 70),
        ("filling", ("therapy",), "wide", 60),
        ("photo", ("diagnostics",), "all", 50),
        (None, (), "all", 50),
    ],
)
def test_service_wins_over_nearest_category_over_ancestor_over_plain(service, categories, rule, points):
    program = changed("cosmetology", earning__rules=RULES)
    bought = line(1_000, service=service)
    bought = type(bought)(1, bought.price_kopecks, service, categories)

    result = quoted(program, anna(), bought)

    assert [(each.rule_code, each.points) for each in result.earnings] == [(rule, points)]


def test_excluded_service_earns_nothing_while_its_category_earns():
    program = changed(
        "cosmetology",
        earning__rules=RULES,
        earning__nothing_on={"services": ["gift"], "categories": ["goods"]},
    )

    result = quoted(
        program,
        anna(),
        line(1_000, "therapy", service="gift", position=1),
        line(1_000, "goods", service="brush", position=2),
        line(1_000, "therapy", service="filling", position=3),
    )

    assert [each.earned_points for each in result.lines] == [0, 0, 60]
    assert result.lines[0].reasons == (Reason("earn_excluded_service"),)
    assert result.lines[1].reasons == (Reason("earn_excluded_category", (("category", "goods"),)),)


def test_line_without_any_rule_says_so():
    program = changed("cosmetology", earning__rules=RULES[1:])

    result = quoted(program, anna(), line(1_000, "care"))

    assert result.earnings == ()
    assert result.lots == ()
    assert result.lines[0].reasons == (Reason("earn_no_rule"),)


def test_who_is_not_a_member_earns_and_spends_nothing():
    result = quoted(compiled("dentistry"), MemberFacts(is_member=False), line(1_000), spend=SpendChoice.amount(50))

    assert (result.earned_points, result.spend.points, result.money_kopecks) == (0, 0, 100_000)
    assert result.spend.reasons == (Reason("spend_not_member"),)
    assert result.lines[0].reasons == (Reason("earn_not_member"),)


def test_cap_of_the_receipt_is_shared_among_the_rules_and_said():
    program = changed("cosmetology", earning__cap_points_per_receipt=100)

    result = quoted(program, anna(), line(1_000, "courses", position=1), line(2_000, "care", position=2))

    assert [(each.rule_code, each.points, each.exact_points) for each in result.earnings] == [
        ("care", 50, 100),
        ("courses", 50, 100),
    ]
    assert result.reasons == (Reason("earn_capped", (("lost", 100),)),)


def test_cap_of_one_rule_leaves_the_others_alone():
    rules = [RULES[0], {**RULES[1], "cap_points_per_receipt": 10}]
    program = changed("cosmetology", earning__rules=rules)

    result = quoted(program, anna(), line(1_000, position=1), line(1_000, "therapy", position=2))

    assert [(each.rule_code, each.points) for each in result.earnings] == [("all", 50), ("wide", 10)]
    assert [each.exact_points for each in result.earnings] == [50, 60]


def test_points_of_one_life_are_one_lot_and_hot_points_are_another():
    hot = {**RULES[1], "life": {"kind": "days", "days": 60}}
    program = changed("cosmetology", earning__rules=[RULES[0], hot, RULES[2]])

    result = quoted(
        program,
        anna(),
        line(1_000, position=1),
        line(1_000, "therapy", position=2),
        line(1_000, "endodontics", position=3),
    )

    today = date(2026, 11, 22)
    assert result.lots == (
        LotPlan(60, date(2027, 1, 21), today, ("wide",)),
        LotPlan(120, date(2027, 1, 22), today, ("all", "near")),
    )


def test_rolling_program_gives_lots_without_a_day_of_their_own():
    result = quoted(compiled("dentistry"), anna("gold"), line(1_000))

    assert result.lots == (LotPlan(90, None, date(2026, 11, 22), ("cashback",)),)


def test_points_that_never_burn_are_a_lot_of_their_own_beside_rolling_ones():
    kept = {**RULES[1], "life": {"kind": "none"}}
    program = changed("dentistry", earning__rules=[RULES[0], kept])

    result = quoted(program, anna("gold"), line(1_000), line(1_000, "therapy", position=2))

    today = date(2026, 11, 22)
    assert result.lots == (
        LotPlan(50, None, today, ("all",)),
        LotPlan(60, None, today, ("wide",), never_burns=True),
    )


def test_life_of_pending_points_starts_when_they_become_available():
    program = changed("cosmetology", points__pending_days=10)

    result = quoted(program, anna(), line(1_000))

    assert result.lots == (LotPlan(50, date(2027, 2, 2), date(2026, 12, 2), ("plain",)),)


def test_points_that_wait_for_the_visit_are_a_lot_of_their_own_with_the_days_of_closing_it_at_once():
    own = {**RULES[1], "pending_from": "visit_closed", "pending_days": 2, "life": {"kind": "days", "days": 30}}
    program = changed("dentistry", earning__rules=[RULES[0], own])

    result = quoted(program, anna("gold"), line(1_000), line(1_000, "therapy", position=2))

    opening = Opening(Life(LifeKind.DAYS, 30), 2)
    assert result.lots == (
        LotPlan(60, date(2026, 12, 24), date(2026, 11, 24), ("wide",), on_closing=opening),
        LotPlan(50, None, date(2026, 11, 22), ("all",)),
    )
    assert result.waiting_points == 60
    stored = result.explanation()["lots"][0]
    assert opening_of(stored["on_closing"]) == opening
    assert "last_day" not in stored


def test_rules_that_wait_alike_but_live_otherwise_are_two_lots_though_their_days_are_equal_today():
    days, months = {"kind": "days", "days": 30}, {"kind": "months", "months": 1}
    wait = {"pending_from": "visit_closed"}
    rules = [{**RULES[0], **wait, "life": days}, {**RULES[1], **wait, "life": months}]
    program = changed("dentistry", earning__rules=rules)

    result = quoted(program, anna("gold"), line(1_000), line(1_000, "therapy", position=2))

    assert [(lot.points, lot.last_day) for lot in result.lots] == [
        (50, date(2026, 12, 22)),
        (60, date(2026, 12, 22)),
    ]


def test_a_percent_is_a_share_of_the_value_whatever_a_point_costs():
    program = changed("cosmetology", points__value_kopecks=50)

    result = quoted(program, anna(), line(1_000))

    assert result.earned_points == 100


def test_free_line_costs_and_earns_nothing():
    result = quoted(compiled("dentistry"), anna("gold"), line(0), spend=SpendChoice.maximum())

    assert (result.money_kopecks, result.earned_points, result.spend.points) == (0, 0, 0)
