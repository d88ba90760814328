"""What a valid program says in vain is found with its path; what may yet apply is left alone."""

import copy
from datetime import date

import pytest

from loyalty.rules.rule_warnings import find_warnings
from loyalty.rules.validation import find_faults
from tests.rules.build import preset

TODAY = date(2026, 11, 22)  # a Sunday
TITLE = {"ru": "а", "en": "a"}
FIXED = {"kind": "fixed", "points": 300, "per": "visit"}
DOUBLE = {"kind": "multiplier", "times": 2}


def warnings(document):
    assert find_faults(document) == []
    return [(fault.path, fault.code) for fault in find_warnings(document, day=TODAY)]


def rule(code, **fields):
    return {"code": code, "title": TITLE, "effect": {"kind": "percent", "percent": 5}} | fields


def program(*rules, **earning):
    return preset("cosmetology") | {"earning": {"rules": list(rules), **earning}}


def promotion(code, percent=10, **fields):
    return {
        "code": code,
        "title": TITLE,
        "effect": {"kind": "percent", "percent": percent},
        "days": {"first_day": "2026-11-01", "last_day": "2026-12-31"},
        "rules_link": "/promo",
    } | fields


def discounts(*promotions, **fields):
    return preset("dentistry") | {"discounts": {"promotions": list(promotions), **fields}}


@pytest.mark.parametrize("name", ["dentistry", "cosmetology"])
def test_presets_promise_nothing_in_vain(name):
    assert warnings(preset(name)) == []


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"patients": "new", "visit": {"kind": "number", "number": 3}}, ["never_such_visit"]),
        ({"patients": "new", "visit": {"kind": "every", "number": 2}}, ["never_such_visit"]),
        ({"patients": "regular", "visit": {"kind": "number", "number": 1}}, ["never_such_visit"]),
        ({"patients": "new", "visit": {"kind": "number", "number": 1}}, []),
        ({"patients": "regular", "visit": {"kind": "number", "number": 3}}, []),
        ({"patients": "regular", "visit": {"kind": "every", "number": 2}}, []),
    ],
)
def test_visit_that_can_not_be_both_new_and_third(when, expected):
    found = warnings(program(rule("plain"), rule("extra", when=when)))

    assert found == [("$.earning.rules[1].when.visit", code) for code in expected]


@pytest.mark.parametrize(
    ("days", "weekdays", "is_found"),
    [
        ({"first_day": "2026-12-01", "last_day": "2026-12-03"}, [1, 5], True),
        ({"first_day": "2026-12-01", "last_day": "2026-12-03"}, [3], False),
        ({"first_day": "2026-12-01", "last_day": "2026-12-07"}, [1], False),
        ({"first_day": "2026-12-01"}, [1], False),
    ],
)
def test_weekday_that_is_not_among_the_days(days, weekdays, is_found):
    found = warnings(program(rule("plain"), rule("extra", when={"days": days, "weekdays": weekdays})))

    assert found == [("$.earning.rules[1].when.weekdays", "never_such_weekday")] * is_found


def test_rule_and_promotion_that_ended_yesterday():
    document = discounts(promotion("winter", days={"first_day": "2026-11-01", "last_day": "2026-11-21"}))
    document["earning"]["rules"].append(rule("autumn", when={"days": {"last_day": "2026-11-21"}}))

    assert warnings(document) == [
        ("$.earning.rules[1].when.days.last_day", "is_over"),
        ("$.discounts.promotions[0].days.last_day", "is_over"),
    ]


def test_last_day_still_counts():
    assert (
        warnings(discounts(promotion("winter", days={"first_day": "2026-11-01", "last_day": "2026-11-22"}))) == []
    )


def test_days_among_a_promotions_conditions_are_not_looked_at():
    document = discounts(promotion("winter", when={"days": {"last_day": "2026-11-01"}}))

    assert warnings(document) == [("$.discounts.promotions[0].when.days", "days_not_used")]


def test_rule_under_a_higher_one_without_conditions_never_counts():
    document = program(rule("plain", priority=1), rule("women", when={"sex": "FEMALE"}))

    assert warnings(document) == [("$.earning.rules[1]", "always_beaten")]
    assert find_warnings(document, day=TODAY)[0].data == {"rule": "plain"}


@pytest.mark.parametrize(
    "change",
    [
        {"group": "more"},
        {"effect": DOUBLE},
        {"priority": 1, "when": {"weekdays": [1]}},
    ],
    ids=["another group", "a multiplier", "the same priority"],
)
def test_rule_that_counts_beside_the_higher_one(change):
    groups = [{"code": "more", "mode": "first_match"}]
    document = program(rule("plain", priority=1), rule("other", **change), groups=groups[: "group" in change])

    assert warnings(document) == []


def test_rules_that_add_up_never_beat_each_other():
    groups = [{"code": "base", "mode": "add_up"}]

    assert warnings(program(rule("plain", priority=1), rule("women", when={"sex": "FEMALE"}), groups=groups)) == []


def test_rule_for_what_others_may_not_give_for_is_left_alone():
    document = program(
        rule("plain", priority=1),
        rule("crown", when={"services": ["crown"]}),
        nothing_on={"categories": ["implantation"]},
    )

    assert warnings(document) == []


@pytest.mark.parametrize(
    ("wide", "narrow", "is_beaten"),
    [
        ({"services": ["a", "b"]}, {"services": ["a"]}, True),
        ({"services": ["a"]}, {"services": ["a", "b"]}, False),
        ({"services": ["a"]}, {"categories": ["c"]}, False),
        ({"tags": ["a", "b"]}, {"tags": ["a"], "sex": "MALE"}, True),
        ({"tags": ["a"]}, {"sex": "MALE"}, False),
        ({"age": {"from": 18}}, {"age": {"from": 60}}, True),
        ({"age": {"from": 18, "to": 65}}, {"age": {"from": 60}}, False),
        ({"hours": {"from": "09:00", "to": "21:00"}}, {"hours": {"from": "10:00", "to": "14:00"}}, True),
        ({"booked_online": True}, {"booked_online": False}, False),
        ({"days": {"last_day": "2027-01-01"}}, {"days": {"last_day": "2026-12-31"}}, True),
    ],
)
def test_higher_rule_beats_only_what_it_holds_whenever_the_lower_does(wide, narrow, is_beaten):
    document = program(rule("wide", when=wide, priority=1), rule("narrow", when=narrow))

    assert warnings(document) == [("$.earning.rules[1]", "always_beaten")] * is_beaten


def test_multiplier_needs_a_percent_that_can_hold_with_it():
    women, men = rule("women", when={"sex": "FEMALE"}), rule("men", when={"sex": "MALE"}, effect=DOUBLE)

    assert warnings(program(women, men)) == [("$.earning.rules[1]", "nothing_to_multiply")]
    assert warnings(program(rule("plain"), men)) == []


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("exclusive", [("$.discounts.promotions[0]", "always_beaten")]),
        ("best_of", [("$.discounts.promotions[1]", "always_beaten")]),
        ("sequential", []),
    ],
)
def test_promotion_that_another_one_always_beats(mode, expected):
    groups = [{"code": "base", "mode": mode}]
    small = promotion("small", percent=5, priority=1)

    assert warnings(discounts(promotion("large"), small, groups=groups)) == expected


def test_promotion_with_a_budget_leaves_something_to_others():
    budget = {"roubles": 1000, "period": "month"}

    assert warnings(discounts(promotion("large", budget=budget), promotion("small", percent=5))) == []


def test_promotion_of_other_days_is_not_beaten():
    december = {"first_day": "2026-12-01", "last_day": "2026-12-31"}

    assert warnings(discounts(promotion("large", days=december), promotion("small", percent=5))) == []


@pytest.mark.parametrize("effect", [{"kind": "percent", "percent": 0}, {"kind": "amount", "roubles": 0}])
def test_discount_of_nothing(effect):
    name = next(each for each in effect if each != "kind")

    assert warnings(discounts(promotion("empty", effect=effect))) == [
        (f"$.discounts.promotions[0].effect.{name}", "takes_nothing_off")
    ]


def test_group_without_rules():
    document = program(rule("plain"), groups=[{"code": "more", "mode": "add_up"}])

    assert warnings(document) == [("$.earning.groups[0]", "empty_group")]


def test_award_above_what_a_receipt_may_earn():
    document = program(rule("plain"), rule("gift", effect=FIXED, group="base", priority=1, when={"sex": "MALE"}))
    document["earning"]["cap_points_per_receipt"] = 299

    assert warnings(document) == [("$.earning.rules[1].effect.points", "receipt_cap_below_award")]


def test_points_that_can_be_spent_on_nothing():
    document = preset("cosmetology") | {"redemption": {"cap_percent": 0}}

    assert warnings(document) == [("$.redemption.cap_percent", "nothing_to_spend_on")]


def with_gold(**fields):
    document = copy.deepcopy(preset("dentistry"))
    percent = fields.pop("percent", 9)
    document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = percent
    document["tiers"]["levels"][2] |= fields
    return document


def test_tier_that_gives_less_than_the_one_below():
    assert warnings(with_gold(percent=6)) == [("$.tiers.levels[2]", "tier_gives_less")]
    assert warnings(with_gold(redemption_cap_percent=14)) == [("$.tiers.levels[2]", "tier_gives_less")]


def test_tier_that_gives_no_more_than_the_one_below():
    perks = preset("dentistry")["tiers"]["levels"][1]["perks"]
    document = with_gold(percent=7, redemption_cap_percent=15, perks=perks)

    assert warnings(document) == [("$.tiers.levels[2]", "tier_gives_no_more")]


def test_tier_that_has_a_promotion_of_its_own_gives_more():
    perks = preset("dentistry")["tiers"]["levels"][1]["perks"]
    document = with_gold(percent=7, redemption_cap_percent=15, perks=perks)
    document["discounts"] = {"promotions": [promotion("gold", when={"tiers": ["gold"]})]}

    assert warnings(document) == []


def reminded(life, **reminders):
    document = preset("dentistry")
    document["points"]["life"] = life
    document["reminders"] |= reminders
    return document


def test_reminders_of_points_that_never_burn():
    assert warnings(reminded({"kind": "none"}) | {"gifts": []}) == [("$.reminders.days_before", "nothing_burns")]


def test_reminders_of_hot_points_alone():
    document = reminded({"kind": "none"}) | {"welcome": {"points": 1, "life": {"kind": "months", "months": 1}}}

    assert warnings(document) == []


def test_reminder_as_early_as_the_points_themselves():
    document = reminded({"kind": "days", "days": 14})

    assert warnings(document) == [("$.reminders.days_before[0]", "reminder_at_once")]


def test_hold_out_of_everybody():
    document = reminded({"kind": "months", "months": 2}, holdout_percent=100)

    assert warnings(document) == [("$.reminders.holdout_percent", "nobody_reminded")]


@pytest.mark.parametrize(
    ("trigger", "is_heard"),
    [
        ({"kind": "activity", "of": "channel_linked"}, False),
        ({"kind": "habit", "of": {"categories": ["hygiene"]}, "within_months": 6}, False),
        ({"kind": "course_finished"}, False),
        ({"kind": "activity", "of": "booked_online"}, True),
        ({"kind": "friend_paid"}, True),
    ],
    ids=["channel linked", "habit", "course", "booked online", "friend paid"],
)
def test_gift_that_nothing_sets_off_is_warned_of(trigger, is_heard):
    gift = {"code": "gift", "title": TITLE, "trigger": trigger, "points": 100}

    found = warnings(preset("dentistry") | {"gifts": [gift]})

    assert found == ([] if is_heard else [("$.gifts[0].trigger", "nothing_sets_it_off")])
