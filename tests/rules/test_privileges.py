"""Privileges on the lines of a receipt: after discounts, before points, to the kopeck."""

from dataclasses import replace
from itertools import permutations

import pytest

from loyalty.rules.engine import quote
from loyalty.rules.facts import PrivilegeFacts, SpendChoice
from loyalty.rules.privileges import privilege_code, privilege_key
from tests.rules.build import anna, compiled, line, receipt

PROGRAM = compiled("dentistry")
OFF_1000 = PrivilegeFacts("privilege:YU1000", kopecks=100_000)
FREE_HYGIENE = PrivilegeFacts("privilege:YU2000", categories=frozenset({"hygiene"}))


def quoted(*lines, privileges, spend=None, tier="gold", **facts):
    bill = replace(receipt(*lines, privileges=privileges), **facts)
    return quote(program=PROGRAM, member=anna(tier), receipt=bill, choice=spend or SpendChoice.none())


def test_amount_comes_off_before_the_cap_and_before_earning():
    result = quoted(line(10_000), privileges=[OFF_1000], spend=SpendChoice.maximum())

    # 20 % of 9 000 with points, 9 % of 7 200.
    assert (result.discount_kopecks, result.spend.points, result.money_kopecks) == (100_000, 1800, 720_000)
    assert result.earned_points == 648


def test_amount_comes_off_after_the_discount_by_hand():
    result = quoted(line(10_000), privileges=[OFF_1000], manual_discount_bp=1_000)

    assert [(each.code, each.kopecks) for each in result.discounts] == [
        ("manual", 100_000),
        ("privilege:YU1000", 100_000),
    ]


def test_amount_is_split_over_its_lines_to_the_kopeck():
    lines = [line(333, position=number) for number in (1, 2, 3)]

    result = quoted(*lines, privileges=[PrivilegeFacts("privilege:YU1000", kopecks=10_000)])

    assert [each.discount_kopecks for each in result.lines] == [3334, 3333, 3333]


def test_only_the_lines_it_means_are_covered():
    privilege = PrivilegeFacts("privilege:YU1000", kopecks=100_000, services=frozenset({"cleaning"}))
    lines = line(3_000, service="caries", position=1), line(600, service="cleaning", position=2)

    result = quoted(*lines, privileges=[privilege])

    assert [each.discount_kopecks for each in result.lines] == [0, 60_000]


def test_what_the_lines_cannot_take_is_lost_and_said():
    result = quoted(line(600), privileges=[OFF_1000])

    assert (result.money_kopecks, result.discount_kopecks) == (0, 60_000)
    assert [reason.as_json() for reason in result.reasons] == [
        {"code": "privilege_lost", "rule": "privilege:YU1000", "kopecks": 40_000}
    ]


def test_free_service_is_one_piece_of_the_dearest_line():
    lines = line(3_000, "hygiene", position=1), replace(line(9_000, "hygiene", position=2), quantity=2)

    result = quoted(*lines, privileges=[FREE_HYGIENE])

    assert [each.discount_kopecks for each in result.lines] == [0, 450_000]


def test_without_its_line_a_privilege_takes_nothing_and_says_so():
    result = quoted(line(3_000, "therapy"), privileges=[FREE_HYGIENE])

    assert result.discount_kopecks == 0
    assert [(each.code, each.reason.code) for each in result.skipped if each.code == FREE_HYGIENE.code] == [
        ("privilege:YU2000", "privilege_no_line")
    ]


@pytest.mark.parametrize("order", list(permutations([OFF_1000, FREE_HYGIENE])))
def test_free_service_comes_first_whatever_was_scanned_first(order):
    lines = line(6_500, "hygiene", position=1), line(3_500, "therapy", position=2)

    result = quoted(*lines, privileges=order)

    assert [each.discount_kopecks for each in result.lines] == [650_000, 100_000]


def test_receipt_without_lines_takes_nothing():
    assert quoted(privileges=[FREE_HYGIENE]).discount_kopecks == 0


def test_contact_may_use_a_code_that_was_bought_as_a_member():
    bill = receipt(line(3_000), privileges=[OFF_1000])

    result = quote(program=PROGRAM, member=anna(is_member=False), receipt=bill, choice=SpendChoice.none())

    assert result.money_kopecks == 200_000


def test_quote_calls_a_privilege_by_its_key():
    assert privilege_key(privilege_code("YU4821")) == "YU4821"
    assert privilege_key("pensioners") == ""
