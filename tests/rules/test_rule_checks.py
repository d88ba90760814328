"""Rules that contradict each other or themselves are refused, all at once, with their paths."""

import pytest

from loyalty.rules.validation import find_faults
from tests.rules.build import preset

TITLE = {"ru": "п", "en": "r"}
DAYS = {"first_day": "2026-01-01", "last_day": "2026-12-31"}


def rule(code, **fields):
    return {"code": code, "title": TITLE, "effect": {"kind": "percent", "percent": 5}, **fields}


def promotion(code, **fields):
    return rule(code, days=DAYS, rules_link="/rules/") | fields


def faults_of(*rules, name="cosmetology", **sections):
    document = preset(name)
    document["earning"]["rules"] = [rule("plain"), *rules]
    document.update(sections)
    return [(fault.path, fault.code) for fault in find_faults(document)]


FIRST, SECOND = "$.earning.rules[1]", "$.earning.rules[2]"


@pytest.mark.parametrize(
    ("when", "path", "code"),
    [
        ({"weekdays": []}, "when.weekdays", "too_few"),
        ({"weekdays": [8]}, "when.weekdays[0]", "out_of_range"),
        ({"hours": {"from": "9:00", "to": "12:00"}}, "when.hours.from", "not_time"),
        ({"hours": {"from": "12:00", "to": "12:00"}}, "when.hours", "range_reversed"),
        ({"days": {"first_day": "2026-02-30"}}, "when.days.first_day", "not_day"),
        ({"days": {}}, "when.days", "range_without_bounds"),
        ({"days": {"first_day": "2026-02-02", "last_day": "2026-02-01"}}, "when.days", "range_reversed"),
        ({"age": {"from": 60, "to": 18}}, "when.age", "range_reversed"),
        ({"receipt_roubles": {"from": 500, "to": "499.99"}}, "when.receipt_roubles", "range_reversed"),
        ({"tiers": ["gold"]}, "when.tiers[0]", "unknown_tier"),
        ({"patients": "all"}, "when.patients", "not_an_option"),
        ({"visit": {"kind": "every", "number": 1}}, "when.visit.number", "out_of_range"),
        ({"colour": "red"}, "when.colour", "unknown_field"),
    ],
    ids=str,
)
def test_condition_that_can_not_be_is_named(when, path, code):
    assert faults_of(rule("special", when=when)) == [(f"{FIRST}.{path}", code)]


def test_one_code_serves_one_rule_in_all_sections():
    trigger = {"kind": "review", "platforms": ["own"]}
    sections = {
        "discounts": {"promotions": [promotion("plain"), promotion("manual")]},
        "gifts": [{"code": "plain", "title": TITLE, "trigger": trigger, "points": 9}],
    }

    assert faults_of(**sections) == [
        ("$.discounts.promotions[0].code", "repeated"),
        ("$.discounts.promotions[1].code", "repeated"),
        ("$.gifts[0].code", "repeated"),
    ]


def test_two_rules_that_may_meet_need_different_priorities():
    weekend, children = {"weekdays": [6, 7]}, {"tags": ["children"]}

    assert faults_of(rule("a", when=weekend), rule("b", when=children)) == [(SECOND, "order_unclear")]
    assert faults_of(rule("a", when=weekend), rule("b", when=children, priority=1)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"weekdays": [1, 2]}, {"weekdays": [3]}),
        ({"clinics": ["a"]}, {"clinics": ["b"]}),
        ({"hours": {"from": "09:00", "to": "12:00"}}, {"hours": {"from": "12:00", "to": "15:00"}}),
        ({"age": {"to": 17}}, {"age": {"from": 18}}),
        ({"days": {"last_day": "2026-01-31"}}, {"days": {"first_day": "2026-02-01"}}),
        ({"patients": "new"}, {"patients": "regular"}),
        ({"visit": {"kind": "number", "number": 2}}, {"visit": {"kind": "number", "number": 3}}),
        ({"tags": ["a"], "services": ["x"]}, {"tags": ["b"], "services": ["y"]}),
    ],
    ids=str,
)
def test_rules_that_never_meet_need_none(first, second):
    assert faults_of(rule("a", when=first), rule("b", when=second)) == []


def test_every_other_visit_may_meet_every_third():
    two, three = ({"visit": {"kind": "every", "number": number}} for number in (2, 3))

    assert faults_of(rule("a", when=two), rule("b", when=three)) == [(SECOND, "order_unclear")]


def test_multiplier_does_not_compete_with_what_it_multiplies():
    assert faults_of(rule("double", effect={"kind": "multiplier", "times": 2})) == []


def test_multiplier_by_one_is_refused():
    effect = {"kind": "multiplier", "times": 1}

    assert faults_of(rule("once", effect=effect)) == [(f"{FIRST}.effect.times", "multiplier_of_one")]


def test_group_must_exist():
    assert faults_of(rule("a", group="extra")) == [(f"{FIRST}.group", "unknown_group")]


def test_cap_below_a_fixed_award_is_a_contradiction():
    effect = {"kind": "fixed", "points": 300, "per": "visit"}
    limits = {
        "cap_points_per_receipt": 299,
        "cap_points_per_patient": {"points": 299, "period": "month"},
        "budget": {"points": 299, "period": "month"},
    }

    assert faults_of(rule("a", effect=effect, priority=1, **limits)) == [
        (f"{FIRST}.cap_points_per_receipt", "cap_below_award"),
        (f"{FIRST}.cap_points_per_patient.points", "cap_below_award"),
        (f"{FIRST}.budget.points", "cap_below_award"),
    ]


def discounts(*promotions, mode="exclusive", **fields):
    return {"groups": [{"code": "base", "mode": mode}], "promotions": list(promotions), **fields}


def test_exclusive_promotions_that_overlap_need_different_priorities():
    therapy = promotion("b", when={"categories": ["therapy"]})

    assert faults_of(discounts=discounts(promotion("a"), therapy)) == [
        ("$.discounts.promotions[1]", "order_unclear")
    ]
    assert faults_of(discounts=discounts(promotion("a"), therapy | {"priority": 5})) == []
    assert faults_of(discounts=discounts(promotion("a"), therapy, mode="best_of")) == []


def test_exclusive_promotions_of_different_months_may_follow_each_other():
    january = {"first_day": "2026-01-01", "last_day": "2026-01-31"}
    february = {"first_day": "2026-02-01", "last_day": "2026-02-28"}

    assert faults_of(discounts=discounts(promotion("a", days=january), promotion("b", days=february))) == []


def test_promotion_needs_its_days_and_a_link():
    assert faults_of(discounts=discounts(rule("a"))) == [
        ("$.discounts.promotions[0].days", "missing"),
        ("$.discounts.promotions[0].rules_link", "missing"),
    ]
    assert faults_of(discounts=discounts(promotion("a", rules_link="javascript:alert(1)"))) == [
        ("$.discounts.promotions[0].rules_link", "not_link")
    ]


def test_percent_over_a_hundred_and_reversed_dates_are_said_together():
    days = {"first_day": "2026-12-31", "last_day": "2026-01-01"}
    wrong = promotion("a", effect={"kind": "percent", "percent": 101})

    assert faults_of(discounts=discounts(wrong)) == [("$.discounts.promotions[0].effect.percent", "out_of_range")]
    assert faults_of(discounts=discounts(promotion("a", days=days))) == [
        ("$.discounts.promotions[0].days", "range_reversed")
    ]


def test_levels_of_the_discount_card_rise():
    levels = [{"from_roubles": 10, "percent": 5}, {"from_roubles": 10, "percent": 4}]
    card = {"code": "card", "title": TITLE, "levels": levels}

    assert faults_of(discounts={"card": card}) == [
        ("$.discounts.card.levels[1].from_roubles", "level_not_rising"),
        ("$.discounts.card.levels[1].percent", "level_not_rising"),
    ]


def test_role_can_not_take_off_more_than_the_common_limit():
    manual = {"most_percent_by_role": {"receptionist": 3, "senior": 20}, "most_percent": 15}

    assert faults_of(discounts={"manual": manual}) == [
        ("$.discounts.manual.most_percent_by_role.senior", "role_above_most")
    ]
