"""What a program document may not say; every fault with its path, all at once."""

import copy

import pytest

from loyalty.rules.compilation import compile_life, compile_program
from loyalty.rules.compiled import Basis, NegativePolicy
from loyalty.rules.life import Life, LifeKind
from loyalty.rules.parsing import UnreadableDocument, parse_document
from loyalty.rules.validation import find_faults
from tests.rules.build import changed, compiled, preset

TITLE = {"ru": "а", "en": "a"}


def with_change(name: str, path: str, value: object) -> dict:
    """A preset with the value at a path like "points.life" replaced; "tiers.levels.0.code" goes into lists."""
    document = copy.deepcopy(preset(name))
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = document
    for step in parents:
        place = place[step]
    place[last] = value
    return document


def faults(name: str, path: str, value: object) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in find_faults(with_change(name, path, value))]


def rule(code: str, **fields: object) -> dict:
    return {"code": code, "title": TITLE, "effect": {"kind": "percent", "percent": 5}, **fields}


@pytest.mark.parametrize("name", ["dentistry", "cosmetology"])
def test_presets_have_no_faults(name):
    assert find_faults(preset(name)) == []


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("schema_version", 2, "not_an_option"),
        ("schema_version", True, "not_an_option"),
        ("code", "Стоматология", "bad_code"),
        ("code", "two words", "bad_code"),
        ("code", "line\n", "bad_code"),
        ("title", "Dentistry", "not_object"),
        ("title.en", "", "empty_text"),
        ("title.ru", "а" * 201, "too_long"),
        ("title.ru", "a\u0000b", "unreadable_text"),
        ("points.value_kopecks", 0, "out_of_range"),
        ("points.value_kopecks", "100", "not_whole"),
        ("points.value_kopecks", True, "not_whole"),
        ("points.pending_days", -1, "out_of_range"),
        ("points.negative_policy", "forgive", "not_an_option"),
        ("points.negative_policy", ["debt"], "not_an_option"),
        ("points.life", None, "not_object"),
        ("points.burning_window_days", None, "not_whole"),
        ("tiers.levels", {}, "not_list"),
        ("tiers.downgrade", "always", "not_an_option"),
        ("tiers.levels.2.perks", [TITLE] * 11, "too_many"),
        ("tiers.levels.2.perks", [{"ru": "а" * 101, "en": "a"}], "too_long"),
        ("tiers.levels.2.perks", [{"ru": "а"}], "missing"),
        ("tiers.levels.2.redemption_cap_percent", 100.5, "not_decimal"),
        ("tiers.levels.2.redemption_cap_percent", "7,5", "not_decimal"),
        ("tiers.levels.2.redemption_cap_percent", "7.555", "not_decimal"),
        ("tiers.levels.2.redemption_cap_percent", 101, "out_of_range"),
        ("tiers.levels.2.threshold_roubles", "NaN", "not_decimal"),
        ("earning.rules", [], "too_few"),
        ("earning.on_part_paid_with_points", 1, "not_flag"),
        ("earning.cap_points_per_receipt", 0, "out_of_range"),
        ("redemption.cap_percent", -1, "out_of_range"),
        ("welcome.points", 2.0, "not_whole"),
        ("reminders.days_before", [0], "out_of_range"),
    ],
    ids=str,
)
def test_wrong_value_is_named_with_its_path(path, value, code):
    found = [fault.code for fault in find_faults(with_change("dentistry", path, value))]

    assert code in found


def test_life_of_an_unknown_kind_or_without_its_length():
    assert faults("dentistry", "points.life", {"kind": "forever"}) == [("$.points.life.kind", "not_an_option")]
    assert faults("dentistry", "points.life", {}) == [("$.points.life.kind", "missing")]
    assert faults("cosmetology", "points.life", {"kind": "days", "months": 2}) == [
        ("$.points.life.days", "missing"),
        ("$.points.life.months", "unknown_field"),
    ]


def test_tiers_must_rise_from_zero_under_different_codes():
    document = preset("dentistry")
    document["tiers"]["levels"][0]["threshold_roubles"] = 10
    document["tiers"]["levels"][2]["threshold_roubles"] = "50000.00"
    document["tiers"]["levels"][3]["code"] = "gold"
    del document["earning"]["rules"][0]["effect"]["percent_by_tier"]["premium"]

    assert [(fault.path, fault.code) for fault in find_faults(document)] == [
        ("$.tiers.levels[3].code", "repeated"),
        ("$.tiers.levels[0].threshold_roubles", "first_threshold_not_zero"),
        ("$.tiers.levels[2].threshold_roubles", "threshold_not_rising"),
    ]


def test_rate_by_tier_must_know_every_tier_and_no_other():
    effect = {"kind": "percent", "percent_by_tier": {"standart": 5, "silver": 7, "gold": 9, "platinum": 12}}

    assert faults("dentistry", "earning.rules.0.effect", effect) == [
        ("$.earning.rules[0].effect.percent_by_tier.platinum", "unknown_tier"),
        ("$.earning.rules[0].effect.percent_by_tier", "tier_without_rate"),
    ]
    assert faults("dentistry", "earning.rules.0.effect", {**effect, "percent": 5}) == [
        ("$.earning.rules[0].effect.percent_by_tier.platinum", "unknown_tier"),
    ]


def test_rule_without_any_rate_is_a_fault():
    assert faults("dentistry", "earning.rules.0.effect", {"kind": "percent"}) == [
        ("$.earning.rules[0].effect", "no_rate")
    ]


def test_two_rules_can_not_speak_of_the_same():
    rules = [
        rule("one"),
        rule("two", when={"services": ["canal"], "categories": ["therapy"]}),
        rule("two", when={"categories": ["therapy"]}),
        rule("four", when={"services": []}),
    ]

    assert faults("cosmetology", "earning.rules", rules) == [
        ("$.earning.rules[2].code", "repeated"),
        ("$.earning.rules[2].when.categories[0]", "target_taken"),
        ("$.earning.rules[3]", "plain_rule_repeated"),
    ]


def test_what_earns_nothing_can_not_have_a_rule():
    document = preset("cosmetology")
    document["earning"]["nothing_on"] = {"categories": ["care"]}

    assert [(fault.path, fault.code) for fault in find_faults(document)] == [
        ("$.earning.nothing_on.categories[0]", "target_taken")
    ]


def test_own_life_never_rolls_by_other_months_than_the_program():
    own = {"kind": "rolling_months", "months": 12}

    assert faults("dentistry", "welcome.life", own) == [("$.welcome.life", "own_life_without_day")]
    assert faults("dentistry", "welcome.life", {"kind": "rolling_months", "months": 24}) == []
    assert faults("dentistry", "welcome.life", {"kind": "none"}) == []
    assert faults("dentistry", "welcome.life", {"kind": "days", "days": 30}) == []
    assert faults("cosmetology", "earning.rules", [rule("one", life=own)]) == [
        ("$.earning.rules[0].life", "own_life_without_day")
    ]
    assert faults("cosmetology", "earning.rules", [rule("one", life={"kind": "none"})]) == []


def test_excluded_category_is_named_once():
    assert faults("dentistry", "redemption.nothing_on", {"categories": ["implantation", "implantation"]}) == [
        ("$.redemption.nothing_on.categories[1]", "repeated")
    ]


def test_ladder_must_fall():
    assert faults("dentistry", "reminders.days_before", [5, 14]) == [
        ("$.reminders.days_before[1]", "days_not_falling")
    ]


def test_fault_of_one_section_does_not_hide_those_of_another():
    document = preset("dentistry")
    document["reminders"]["days_before"] = [5, 14]
    document["points"]["value_kopecks"] = -1
    document["earning"]["rules"].append(rule("cashback"))

    assert [(fault.path, fault.code) for fault in find_faults(document)] == [
        ("$.points.value_kopecks", "out_of_range"),
        ("$.earning.rules[1].code", "repeated"),
        ("$.earning.rules[1]", "plain_rule_repeated"),
        ("$.reminders.days_before[1]", "days_not_falling"),
    ]


@pytest.mark.parametrize("document", [None, [], 5, "program", {}], ids=str)
def test_anything_but_a_program_has_faults(document):
    assert find_faults(document) != []


def test_fraction_of_a_file_stays_exact():
    document, repeated = parse_document(b'{"percent": 7.55, "whole": 7.0, "big": 1e2, "small": 0.1}')

    assert repeated == []
    assert document == {"percent": "7.55", "whole": 7, "big": 100, "small": "0.1"}


def test_number_that_json_does_not_have_is_no_number():
    document, _ = parse_document(b'{"percent": NaN, "other": -Infinity}')

    assert document == {"percent": "NaN", "other": "-Infinity"}


def test_unreadable_bytes_name_the_line():
    with pytest.raises(UnreadableDocument) as refusal:
        parse_document(b'{\n"a": 1,\n}')

    assert refusal.value.fault.data == {"line": 3, "column": 1}


def test_settings_left_out_have_the_published_defaults():
    document = preset("dentistry")
    document["points"] = {"value_kopecks": 100, "life": {"kind": "none"}}
    del document["tiers"], document["welcome"], document["reminders"]
    document["earning"]["rules"] = [rule("all")]

    program = compile_program(document)

    assert find_faults(document) == []
    assert (program.lot_grace_days, program.tier_grace_days, program.burning_window_days) == (14, 30, 30)
    assert (program.visit_closes_after_days, program.negative_policy) == (7, NegativePolicy.DEBT)
    assert (program.tiers, program.welcome, program.reminders.days_before) == ((), None, ())


def test_dentistry_holds_the_published_values():
    program = compiled("dentistry")

    assert [(tier.code, tier.threshold_kopecks, tier.redemption_cap_bp) for tier in program.tiers] == [
        ("standart", 0, 1_000),
        ("silver", 5_000_000, 1_500),
        ("gold", 15_000_000, 2_000),
        ("premium", 30_000_000, 2_500),
    ]
    assert program.life == Life(LifeKind.ROLLING_MONTHS, 24)
    assert (program.welcome.points, program.welcome.life) == (250, program.life)
    assert program.redemption.excluded_categories == {"implantation", "orthodontics", "orthopaedics"}
    assert program.reminders.days_before == (14, 5)
    assert program.earning.basis is Basis.MONEY


@pytest.mark.parametrize(("said", "required"), [({}, True), ({"proof_required": False}, False)])
def test_proof_of_consent_is_required_unless_the_program_says_no(said, required):
    document = preset("dentistry") | {"redemption": {"cap_percent": 10} | said}

    assert compile_program(document).redemption.proof_required is required


def test_cosmetology_holds_the_published_values():
    program = compiled("cosmetology")

    assert program.life == Life(LifeKind.MONTHS, 2)
    assert (program.tiers, program.welcome, program.redemption.cap_bp) == ((), None, 3_000)
    assert {code: rule.effect.rate_bp for code, (rule,) in program.earning.book.by_category.items()} == {
        "consultation": 300,
        "care": 500,
        "injections": 700,
        "hardware": 800,
        "courses": 1_000,
    }
    assert program.earning.common_rate_bp(None) == 500


def test_welcome_points_may_have_their_own_life():
    program = changed("dentistry", welcome={"points": 100, "life": {"kind": "days", "days": 60}})

    assert program.welcome.life == Life(LifeKind.DAYS, 60)
    assert compile_life({"kind": "days", "days": 21, "counts_day_of_issue": True}).counts_day_of_issue is True
