"""What follows from rules alone is worked out once; who comes, when and for what still decides every time."""

from dataclasses import replace

import pytest

from loyalty.rules import rule_book
from loyalty.rules.compilation import compile_program
from loyalty.rules.quote import Skipped
from loyalty.rules.reasons import Reason
from tests.rules.build import anna, line, preset, quoted


def program():
    document = preset("dentistry")
    document["earning"]["groups"] = [{"code": "extra", "mode": "add_up"}]
    titled = {"title": {"ru": "п", "en": "r"}}
    document["earning"]["rules"] += [
        titled
        | {"code": "tagged", "group": "extra", "effect": {"kind": "percent", "percent": 3},
           "when": {"services": ["hygiene"], "tags": ["vip"]}},
        titled
        | {"code": "near", "effect": {"kind": "percent", "percent": 20}, "when": {"services": ["hygiene"]}},
        titled
        | {"code": "doctors", "group": "extra", "effect": {"kind": "percent", "percent": 1},
           "when": {"doctors": ["petrov"]}},
    ]  # fmt: skip
    return compile_program(document)


def told(quote):
    return quote.explanation()


SITUATIONS = [
    (anna(), line(1_000, service="hygiene")),
    (anna(tags=frozenset({"vip"})), line(1_000, service="hygiene")),
    (anna(), replace(line(1_000, service="hygiene"), doctor="petrov")),
    (anna(), line(1_000, service="other")),
    (anna(tier="gold"), line(1_000, service="other")),
    (anna(tier="gold"), line(1_000, "implantation", service="hygiene")),
    (anna(is_member=False), line(1_000, service="hygiene")),
]


def test_a_quote_is_the_same_whatever_was_quoted_before():
    fresh = [told(quoted(program(), member, sold)) for member, sold in SITUATIONS]
    one = program()

    for _round in range(2):
        assert [told(quoted(one, member, sold)) for member, sold in SITUATIONS] == fresh


def test_a_rule_that_is_outranked_says_so_every_time():
    one = program()

    skipped = [quoted(one, anna(), line(1_000, service="hygiene")).skipped for _round in range(2)]

    assert Skipped("cashback", Reason("another_first", (("other", "near"),))) in skipped[0]
    assert skipped[0] == skipped[1]


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(rule_book, "MOST_REMEMBERED", 10)
    one = program()

    for number in range(100):
        quoted(one, anna(), line(1_000, service=f"service{number}"))

    assert len(one.earning.remembered) <= 10
    assert len(one.earning.book.candidates) <= 10


@pytest.mark.parametrize("times", [1, 50])
def test_lines_that_are_alike_are_worked_out_once(times):
    one = program()

    for _time in range(times):
        quoted(one, anna(), line(1_000, service="hygiene"), line(2_000, service="hygiene", position=2))

    assert len(one.earning.remembered) == 1
