"""The sentences that explain a quote, Russian and English, with right plurals and no names unless given."""

import pytest
from django.utils import translation

from loyalty.rules.facts import MemberFacts, SpendChoice
from loyalty.texts.explanations import REASONS, explain, rule_title, tier_title
from tests.rules.build import anna, changed, compiled, line, quoted


def explained(program, member, *lines, spend=None, language="ru", **names):
    quote = quoted(program, member, *lines, spend=spend)
    with translation.override(language):
        return explain(quote.explanation(), program=program, category_names=names)


def test_earning_names_the_rule_its_rate_and_what_it_is_of():
    program = compiled("dentistry")
    bought = line(6_500, "hygiene", position=1), line(42_000, "implantation", position=2)

    result = explained(program, anna("gold"), *bought, spend=SpendChoice.maximum())

    assert result.earnings == ("Кешбэк: 9\u00a0% от 47\u00a0200\u00a0₽; на баллы не начисляем.",)
    assert result.lines == {1: (), 2: ("Без списания: эта категория исключена правилами.",)}


def test_category_is_named_to_who_brings_its_name():
    program = compiled("dentistry")

    result = explained(program, anna("gold"), line(80_000, "implantation"), implantation="Имплантация")

    assert result.lines == {1: ("Без списания: категория «Имплантация» исключена правилами.",)}
    assert result.earnings == ("Кешбэк: 9\u00a0% от 80\u00a0000\u00a0₽.",)


def test_lowered_spending_says_the_limit_and_what_was_set():
    result = explained(compiled("dentistry"), anna("premium"), line(1_999), spend=SpendChoice.amount(600))

    assert result.spend == ("Можно не больше 499. Поставили 499.",)


@pytest.mark.parametrize(
    ("spendable", "text"),
    [
        (300, "Доступно только 300 баллов. Поставили 300."),
        (550, "Можно не больше 499. Поставили 499."),
    ],
)
def test_above_balance_and_limit_only_the_lower_one_is_said(spendable, text):
    member = anna("premium", spendable_points=spendable)

    result = explained(compiled("dentistry"), member, line(1_999), spend=SpendChoice.amount(600))

    assert result.spend == (text,)


@pytest.mark.parametrize(
    ("spendable", "text"),
    [
        (1, "Доступен только 1 балл. Поставили 1."),
        (3, "Доступно только 3 балла. Поставили 3."),
        (125, "Доступно только 125 баллов. Поставили 125."),
    ],
)
def test_insufficient_balance_is_said_with_the_right_plural(spendable, text):
    member = anna("gold", spendable_points=spendable)

    result = explained(compiled("dentistry"), member, line(10_000), spend=SpendChoice.amount(500))

    assert result.spend == (text,)


def test_debt_is_said_even_when_nothing_was_asked_for():
    result = explained(compiled("dentistry"), anna("gold", debt_points=450), line(10_000))

    assert result.spend == (
        "Есть долг 450 баллов: сначала его покроют новые начисления, потом баллы можно списывать.",
    )


def test_contact_is_told_to_join():
    result = explained(compiled("dentistry"), MemberFacts(is_member=False), line(1_000))

    assert result.lines == {1: ("Без начисления: пациент ещё не участник программы.",)}


def test_what_a_cap_cut_is_said():
    program = changed("cosmetology", earning__cap_points_per_receipt=98)

    result = explained(program, anna(), line(2_000), language="en")

    assert result.receipt == ("2 points above the limit are not given.",)
    assert result.earnings == ("Other services: 5\u00a0% of 2\u00a0000\u00a0₽.",)


def test_part_of_an_explanation_as_an_operation_keeps_it_is_enough():
    program = compiled("dentistry")
    whole = quoted(program, anna("gold"), line(10_000)).explanation()

    with translation.override("ru"):
        result = explain({"earnings": whole["earnings"]}, program=program)

    assert result.earnings == ("Кешбэк: 9\u00a0% от 10\u00a0000\u00a0₽.",)
    assert (result.lines, result.spend, result.receipt) == ({}, (), ())


def test_code_stands_for_a_title_that_the_program_does_not_have():
    program = compiled("dentistry")

    with translation.override("en"):
        titles = [rule_title(program, "cashback"), rule_title(program, "old"), tier_title(program, "gold")]

    assert titles == ["Cashback", "old", "Gold"]


def test_every_reason_of_the_engine_has_its_sentence():
    data = {"points": 1, "limit": 1, "asked": 2, "spendable": 1, "debt": 1, "lost": 1, "category": "x"}

    for sentence in REASONS.values():
        assert sentence(data).endswith(".")


def test_rule_that_gives_way_is_named_beside_the_one_that_goes_first():
    def rule(code, title, **fields):
        return {
            "code": code,
            "title": {"ru": title, "en": title},
            "effect": {"kind": "percent", "percent": 5},
            **fields,
        }

    rules = [rule("plain", "Кешбэк"), rule("action", "Акция", priority=10)]
    program = changed("cosmetology", earning__rules=rules)

    assert explained(program, anna(), line(1_000)).skipped == ("Кешбэк: не действует. Сначала действует «Акция».",)
