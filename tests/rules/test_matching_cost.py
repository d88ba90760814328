"""A quote looks only at the rules that can match its lines, however many the program has."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from loyalty.rules.compilation import compile_program
from tests.rules.build import anna, line, preset, quoted


class CountingLookup(dict):
    """Counts how often the engine asks."""

    asked = 0

    def __contains__(self, key: object) -> bool:
        self.asked += 1
        return super().__contains__(key)

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
    by_service, by_category = counting(program.earning.by_service), counting(program.earning.by_category)
    program = replace(
        program, earning=replace(program.earning, rules=(), by_service=by_service, by_category=by_category)
    )
    lines = [line(1_000, "care", position=number, service=f"other{number}") for number in range(1, 11)]

    result = quoted(program, anna(), *lines)

    assert result.earned_points == 500
    assert (by_service.asked, by_category.asked) == (10, 10)
