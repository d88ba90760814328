"""When a rule applies, at the edges of every condition; an unknown attribute skips it with a reason."""

from dataclasses import replace
from datetime import date

import pytest

from loyalty.rules.engine import quote
from loyalty.rules.facts import LineFacts, SpendChoice
from loyalty.rules.quote import Skipped
from loyalty.rules.reasons import Reason
from tests.rules.build import anna, changed, receipt

TITLE = {"ru": "п", "en": "r"}
PLAIN = {"code": "plain", "title": TITLE, "effect": {"kind": "percent", "percent": 5}}
SUNDAY = date(2026, 11, 22)


def quoted_when(when, *, member=None, line=None, **facts):
    """1 000 roubles under a rule of 10 % with the conditions, beside a plain one of 5 %."""
    rule = {"code": "special", "title": TITLE, "when": when, "effect": {"kind": "percent", "percent": 10}}
    program = changed("cosmetology", earning__rules=[PLAIN, rule])
    bought = receipt(line or LineFacts(1, 100_000))
    return quote(
        program=program,
        member=member or anna(),
        receipt=replace(bought, **facts),
        choice=SpendChoice.none(),
    )


def applies(when, **facts):
    return quoted_when(when, **facts).earned_points == 100


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ({"clinics": ["mytishchi"]}, {"clinic": "mytishchi"}),
        ({"weekdays": [6, 7]}, {"clinic_day": SUNDAY}),
        ({"hours": {"from": "09:00", "to": "12:00"}}, {"minute_of_day": 540}),
        ({"hours": {"from": "09:00", "to": "12:00"}}, {"minute_of_day": 719}),
        ({"hours": {"from": "20:00", "to": "24:00"}}, {"minute_of_day": 1_439}),
        ({"days": {"first_day": "2026-11-22"}}, {"clinic_day": SUNDAY}),
        ({"days": {"last_day": "2026-11-22"}}, {"clinic_day": SUNDAY}),
        ({"receipt_roubles": {"from": 1_000, "to": 1_000}}, {}),
        ({"booked_online": True}, {"booked_online": True}),
        ({"booked_online": False}, {}),
        ({"patients": "new"}, {"member": anna(visits=0)}),
        ({"patients": "regular"}, {"member": anna(visits=1)}),
        ({"visit": {"kind": "number", "number": 3}}, {"member": anna(visits=2)}),
        ({"visit": {"kind": "every", "number": 5}}, {"member": anna(visits=9)}),
        ({"tags": ["children", "ortho"]}, {"member": anna(tags=frozenset({"ortho"}))}),
        ({"sources": ["site"]}, {"member": anna(source="site")}),
        ({"social_groups": ["pensioner"]}, {"member": anna(social_groups=frozenset({"pensioner"}))}),
        ({"sex": "FEMALE"}, {"member": anna(sex="FEMALE")}),
        ({"age": {"from": 18}}, {"member": anna(birth_date=date(2008, 11, 22))}),
        ({"age": {"to": 17}}, {"member": anna(birth_date=date(2008, 11, 23))}),
        ({"doctors": ["petrov"]}, {"line": LineFacts(1, 100_000, doctor="petrov")}),
    ],
    ids=str,
)
def test_condition_holds_at_its_edge(when, facts):
    assert applies(when, **facts)


@pytest.mark.parametrize(
    ("when", "facts", "reason"),
    [
        ({"weekdays": [1]}, {"clinic_day": SUNDAY}, Reason("not_this_weekday")),
        (
            {"hours": {"from": "09:00", "to": "12:00"}},
            {"minute_of_day": 720},
            Reason("not_this_hour", (("from", "09:00"), ("to", "12:00"))),
        ),
        (
            {"days": {"first_day": "2026-11-23"}},
            {"clinic_day": SUNDAY},
            Reason("not_yet", (("day", "2026-11-23"),)),
        ),
        (
            {"days": {"last_day": "2026-11-21"}},
            {"clinic_day": SUNDAY},
            Reason("no_longer", (("day", "2026-11-21"),)),
        ),
        ({"receipt_roubles": {"from": "1000.01"}}, {}, Reason("sum_too_small", (("least", 100_001),))),
        ({"receipt_roubles": {"to": "999.99"}}, {}, Reason("sum_too_large", (("most", 99_999),))),
        ({"booked_online": True}, {}, Reason("not_booked_online")),
        ({"patients": "new"}, {"member": anna(visits=1)}, Reason("not_new")),
        ({"patients": "regular"}, {"member": anna(visits=0)}, Reason("not_regular")),
        (
            {"visit": {"kind": "number", "number": 3}},
            {"member": anna(visits=3)},
            Reason("not_visit_number", (("number", 3),)),
        ),
        (
            {"visit": {"kind": "every", "number": 5}},
            {"member": anna(visits=5)},
            Reason("not_visit_every", (("number", 5),)),
        ),
        ({"sex": "MALE"}, {"member": anna(sex="FEMALE")}, Reason("not_this_sex")),
        ({"sex": "MALE"}, {}, Reason("sex_unknown")),
        ({"age": {"from": 18}}, {}, Reason("birth_date_unknown")),
        (
            {"age": {"from": 18}},
            {"member": anna(birth_date=date(2008, 11, 23))},
            Reason("not_this_age", (("from", 18), ("to", 150))),
        ),
    ],
    ids=str,
)
def test_condition_that_fails_says_why(when, facts, reason):
    result = quoted_when(when, **facts)

    assert result.earned_points == 50
    assert result.skipped == (Skipped("special", reason),)


@pytest.mark.parametrize(
    "when",
    [
        {"tags": ["ortho"]},
        {"sources": ["site"]},
        {"social_groups": ["pensioner"]},
        {"clinics": ["khimki"]},
        {"doctors": ["petrov"]},
    ],
)
def test_what_a_patient_or_line_does_not_have_is_not_even_looked_at(when):
    result = quoted_when(when)

    assert (result.earned_points, result.skipped) == (50, ())


def test_weekday_and_day_are_those_of_the_receipts_clinic():
    monday_there = quoted_when({"weekdays": [1]}, day=SUNDAY, clinic_day=date(2026, 11, 23))

    assert monday_there.earned_points == 100


def test_tier_is_the_one_that_the_receipt_earns_at():
    rule = {
        "code": "gold",
        "title": TITLE,
        "when": {"tiers": ["gold"]},
        "effect": {"kind": "percent", "percent": 12},
    }
    common = {**PLAIN, "code": "cashback"}
    program = changed("dentistry", earning__rules=[common, rule])

    points = [
        quote(
            program=program, member=anna(tier), receipt=receipt(LineFacts(1, 100_000)), choice=SpendChoice.none()
        ).earned_points
        for tier in ("silver", "gold")
    ]

    assert points == [50, 120]


def test_all_conditions_of_a_rule_must_hold():
    when = {"weekdays": [7], "patients": "new", "receipt_roubles": {"from": 1_000}}

    assert applies(when, clinic_day=SUNDAY)
    assert not applies(when, clinic_day=SUNDAY, member=anna(visits=1))


def test_who_was_born_on_a_leap_day_is_a_year_older_on_28_february():
    born = anna(birth_date=date(2008, 2, 29))

    assert not applies({"age": {"from": 18}}, member=born, clinic_day=date(2026, 2, 27))
    assert applies({"age": {"from": 18}}, member=born, clinic_day=date(2026, 2, 28))
