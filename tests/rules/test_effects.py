"""Fixed points, multipliers, groups and limits of earning rules, with the sums worked by hand."""

import pytest

from loyalty.rules.engine import quote
from loyalty.rules.facts import SpendChoice
from loyalty.rules.limits import LimitKind
from loyalty.rules.quote import Skipped
from loyalty.rules.reasons import Reason
from tests.rules.build import anna, changed, line, quoted, receipt

TITLE = {"ru": "п", "en": "r"}
PLAIN = {"code": "plain", "title": TITLE, "effect": {"kind": "percent", "percent": 5}}
BONUS = {"code": "bonus", "title": TITLE, "effect": {"kind": "fixed", "points": 100, "per": "visit"}}


def rule(code, effect, **fields):
    return {"code": code, "title": TITLE, "effect": effect, **fields}


def percent(number):
    return {"kind": "percent", "percent": number}


def program_of(*rules, groups=(), **changes):
    return changed("cosmetology", earning__rules=list(rules), earning__groups=list(groups), **changes)


ADDED = [{"code": "extra", "mode": "add_up"}]


def earned(result):
    return {earning.rule_code: earning.points for earning in result.earnings}


def test_fixed_points_of_a_visit_come_once_beside_the_percent():
    program = program_of(PLAIN, {**BONUS, "group": "extra"}, groups=ADDED)

    result = quoted(program, anna(), line(1_000, position=1), line(3_000, position=2))

    assert earned(result) == {"plain": 200, "bonus": 100}
    assert [each.earned_points for each in result.lines] == [50 + 25, 150 + 75]


def test_fixed_points_of_a_line_come_for_every_line_that_it_means():
    photo = rule("photo", {"kind": "fixed", "points": 30, "per": "line"}, when={"categories": ["care"]})
    program = program_of(PLAIN, {**photo, "group": "extra"}, groups=ADDED)

    result = quoted(
        program, anna(), line(10, "care", position=1), line(990, "care", position=2), line(50, position=3)
    )

    assert earned(result) == {"plain": 52, "photo": 60}
    assert [share.points for share in result.earnings[0].lines] == [30, 30]


@pytest.mark.parametrize("per", ["visit", "line"])
def test_fixed_points_need_something_paid_in_money(per):
    program = program_of(
        PLAIN, rule("bonus", {"kind": "fixed", "points": 100, "per": per}, group="extra"), groups=ADDED,
        redemption__cap_percent=100,
    )  # fmt: skip

    result = quoted(program, anna(), line(1_000), spend=SpendChoice.maximum())

    assert (result.money_kopecks, result.earned_points) == (0, 0)
    assert Skipped("bonus", Reason("nothing_paid")) in result.skipped


def test_multiplier_gives_the_percent_of_the_line_once_more_as_an_award_of_its_own():
    double = rule("double", {"kind": "multiplier", "times": 2}, when={"categories": ["care"]})
    care = rule("care", percent(7), when={"categories": ["care"]})
    program = program_of(PLAIN, care, double)

    result = quoted(program, anna(), line(333, "care", position=1), line(333, position=2))

    assert earned(result) == {"care": 23, "double": 23, "plain": 16}


def test_multiplier_of_one_and_a_half_adds_half_the_rate():
    program = program_of(PLAIN, rule("weekend", {"kind": "multiplier", "times": "1.5"}))

    result = quoted(program, anna(), line(1_000))

    assert [(each.rule_code, each.rate_bp, each.points) for each in result.earnings] == [
        ("plain", 500, 50),
        ("weekend", 250, 25),
    ]


def test_higher_priority_goes_first_though_its_target_is_wider():
    program = program_of(
        PLAIN,
        rule("care", percent(7), when={"categories": ["care"]}),
        rule("action", percent(6), when={"clinics": ["mytishchi"]}, priority=10),
    )

    result = quoted(program, anna(), line(1_000, "care"))

    assert earned(result) == {"action": 60}
    assert result.skipped == (
        Skipped("care", Reason("another_first", (("other", "action"),))),
        Skipped("plain", Reason("another_first", (("other", "action"),))),
    )


def test_rules_of_an_add_up_group_all_count():
    groups = [{"code": "base", "mode": "add_up"}]
    program = program_of(PLAIN, rule("care", percent(7), when={"categories": ["care"]}), groups=groups)

    result = quoted(program, anna(), line(1_000, "care"))

    assert earned(result) == {"care": 70, "plain": 50}


def test_of_two_groups_each_gives_its_first():
    groups = [{"code": "hot", "mode": "first_match"}]
    hot = [
        rule("hot3", percent(3), group="hot", life={"kind": "days", "days": 30}),
        rule("hot9", percent(9), group="hot", when={"categories": ["care"]}, life={"kind": "days", "days": 30}),
    ]
    program = program_of(PLAIN, *hot, groups=groups)

    result = quoted(program, anna(), line(1_000, "care"))

    assert earned(result) == {"hot9": 90, "plain": 50}
    assert [lot.points for lot in result.lots] == [90, 50]


def test_exclusion_yields_to_a_rule_that_names_something_nearer():
    program = program_of(
        PLAIN,
        rule("brush", percent(2), when={"services": ["brush"]}),
        earning__nothing_on={"categories": ["goods"]},
    )

    result = quoted(
        program, anna(), line(1_000, "goods", service="brush", position=1), line(1_000, "goods", position=2)
    )

    assert [each.earned_points for each in result.lines] == [20, 0]


BUDGET = {"points": 10_000, "period": "month"}
SPENT_9900 = {("bonus", LimitKind.BUDGET): 9_900}


def limited(*, used, budget=BUDGET, **fields):
    bonus = rule("bonus", {"kind": "fixed", "points": 300, "per": "visit"}, budget=budget, **fields)
    return quote(
        program=program_of(bonus),
        member=anna(),
        receipt=receipt(line(1_000)),
        choice=SpendChoice.none(),
        used=used,
    )


def test_last_points_of_a_budget_are_given_in_part():
    result = limited(used=SPENT_9900)

    assert earned(result) == {"bonus": 100}
    assert result.earnings[0].exact_points == 300
    lost = (("rule", "bonus"), ("amount", 10_000), ("left", 100), ("lost", 200))
    assert result.reasons == (Reason("budget_used_up", lost),)


def test_budget_that_gives_no_part_refuses_the_whole_award():
    result = limited(used=SPENT_9900, budget={**BUDGET, "when_short": "nothing"})

    assert result.earned_points == 0


def test_budget_that_is_overdrawn_by_a_change_of_settings_gives_nothing():
    result = limited(used={("bonus", LimitKind.BUDGET): 12_000})

    assert result.earned_points == 0


def test_cap_per_patient_is_looked_at_before_the_budget():
    used = {("bonus", LimitKind.PATIENT): 350, ("bonus", LimitKind.BUDGET): 0}

    result = limited(used=used, cap_points_per_patient={"points": 500, "period": "year"})

    assert earned(result) == {"bonus": 150}


def test_budget_still_cuts_what_the_cap_per_patient_has_let_through():
    used = {("bonus", LimitKind.PATIENT): 350, ("bonus", LimitKind.BUDGET): 9_900}

    result = limited(used=used, cap_points_per_patient={"points": 500, "period": "year"})

    lost = (("rule", "bonus"), ("amount", 10_000), ("left", 100), ("lost", 200))
    assert earned(result) == {"bonus": 100}
    assert result.reasons == (Reason("budget_used_up", lost),)


def test_cap_of_a_rule_holds_for_all_its_rates_together():
    care = rule("care", percent(10), when={"categories": ["care"]})
    double = rule("double", {"kind": "multiplier", "times": 2}, cap_points_per_receipt=60)
    program = program_of(PLAIN, care, double)

    result = quoted(program, anna(), line(1_000, "care", position=1), line(1_000, position=2))

    assert sum(each.points for each in result.earnings if each.rule_code == "double") == 60
    assert sum(each.exact_points for each in result.earnings if each.rule_code == "double") == 150
