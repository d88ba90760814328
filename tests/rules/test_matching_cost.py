"""A quote looks only at the rules that can match its lines, however many the program has."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from loyalty.rules.compilation import compile_program
from loyalty.rules.rule_book import RuleBook
from tests.rules.build import anna, line, preset, quoted


class CountingLookup(dict):
    """Counts how often the engine asks."""

    asked = 0

    def get(self, key: object, default: object = None) -> object:
        self.asked += 1
        return super().get(key, default)

    def __iter__(self):
        raise AssertionError("the engine must not walk through the rules")


def program_with(rules: int):
    document = preset("cosmetology")
    document["earning"]["rules"] += [
        {
            "code": f"rule{number}",
            "title": {"ru": "п", "en": "r"},
            "when": {"services": [f"service{number}"]},
            "effect": {"kind": "percent", "percent": 6},
        }
        for number in range(rules - len(document["earning"]["rules"]))
    ]
    return compile_program(document)


def counting(lookup: Mapping) -> CountingLookup:
    return CountingLookup({key: lookup[key] for key in lookup})


@pytest.mark.parametrize("rules", [10, 200, 2_000])
def test_ten_lines_ask_as_often_whatever_the_number_of_rules(rules):
    program = program_with(rules)
    by_service, by_category = counting(program.earning.book.by_service), counting(program.earning.book.by_category)
    book = replace(program.earning.book, by_service=by_service, by_category=by_category)
    program = replace(program, earning=replace(program.earning, rules=(), book=book))
    lines = [line(1_000, "care", position=number, service=f"other{number}") for number in range(1, 11)]

    result = quoted(program, anna(), *lines)

    assert result.earned_points == 500
    assert (by_service.asked, by_category.asked) == (10, 10)


class CountingShelf(tuple):
    """Counts the rules that the engine takes off it."""

    __slots__ = ()
    taken = 0

    def __iter__(self):
        for rule in super().__iter__():
            CountingShelf.taken += 1
            yield rule


def every_kind_of_rule(rules: int):
    """Rules for services, categories, doctors and tags, a quarter each; one promotion beside each of them."""
    document = preset("cosmetology")
    targets = [
        {names: [f"{names}{number // 4}"]}
        for number in range(rules)
        for names in [("services", "categories", "doctors", "tags")[number % 4]]
    ]
    titled = {"title": {"ru": "п", "en": "r"}, "effect": {"kind": "percent", "percent": 6}}
    document["earning"]["groups"] = [{"code": "extra", "mode": "add_up"}]
    document["earning"]["rules"] += [
        titled | {"code": f"rule{number}", "group": "extra", "when": when} for number, when in enumerate(targets)
    ]
    days = {"first_day": "2026-01-01", "last_day": "2026-12-31"}
    document["discounts"] = {
        "promotions": [
            titled | {"code": f"promotion{number}", "when": when, "days": days, "rules_link": "/", "priority": 0}
            for number, when in enumerate(targets)
        ]
    }
    return compile_program(document)


def on_counting_shelves(book: RuleBook) -> RuleBook:
    def counted(shelf: Mapping) -> dict:
        return {key: CountingShelf(rules) for key, rules in shelf.items()}

    return RuleBook(
        by_service=counted(book.by_service),
        by_category=counted(book.by_category),
        by_doctor=counted(book.by_doctor),
        by_trait=counted(book.by_trait),
        unbound=CountingShelf(book.unbound),
    )


@pytest.mark.parametrize("rules", [200, 2_000])
def test_only_rules_that_mean_the_receipt_are_looked_at(rules, monkeypatch):
    program = every_kind_of_rule(rules)
    book = on_counting_shelves(program.earning.book)
    promotions = on_counting_shelves(program.discounts.book)
    program = replace(
        program,
        earning=replace(program.earning, book=book),
        discounts=replace(program.discounts, book=promotions),
    )
    lines = [
        replace(
            line(1_000, f"categories{number}", position=number, service=f"services{number}"), doctor="doctors1"
        )
        for number in range(1, 11)
    ]
    monkeypatch.setattr(CountingShelf, "taken", 0)

    result = quoted(program, anna(tags=frozenset({"tags3"})), *lines)

    # Per line a service, a category and a doctor; once the tag: all of it for earnings and for promotions. The
    # preset's one rule without conditions, asked once, is the last.
    assert CountingShelf.taken == 2 * (10 * 3 + 1) + 1
    assert len(result.earnings) == 10 + 10 + 1 + 1 + 1
