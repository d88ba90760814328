"""Two programs side by side: what was added, what is gone, what says something else."""

import pytest
from django.utils import translation

from loyalty.program.comparison import compare, compare_versions
from tests.programs import NOON, publish_preset
from tests.rules.build import preset


@pytest.fixture(autouse=True)
def russian():
    with translation.override("ru"):
        yield


def changed(edit):
    document = preset("dentistry")
    edit(document)
    return document


def lines(old, new):
    return [line.replace("\u00a0", " ") for change in compare(old, new) for line in change.lines]


def test_a_program_says_the_same_as_itself():
    assert compare(preset("dentistry"), preset("dentistry")) == []


def test_changed_percent_shows_the_sentence_before_and_after():
    def edit(document):
        document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = 8

    assert lines(preset("dentistry"), changed(edit)) == [
        "Было: За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 9 %, Премиум 10 %.",
        "Стало: За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 8 %, Премиум 10 %.",
    ]


def test_added_and_removed_sentences_stand_in_their_places():
    def edit(document):
        document["points"]["pending_days"] = 3
        del document["redemption"]["nothing_on"]
        document["welcome"] = None
        del document["gifts"]

    assert lines(preset("dentistry"), changed(edit)) == [
        "Убрано: Новый участник получает 250 баллов.",
        "Убрано: Баллами нельзя оплатить: «Имплантация», «Ортодонтия» и «Ортопедия». Предел считаем без них.",
        "Добавлено: Начисленные баллы можно тратить через 3 дня; срок их жизни считаем с этого дня.",
        "Убрано: Подарок за оплаты: 1 000 баллов за оплаты от 50 000 ₽ за 3 месяца. "
        "Эти баллы сгорают через 3 месяца после начисления.",
        "Убрано: Отзыв: 100 баллов за отзыв на площадке «форма клиники». На каждой площадке один раз в 3 месяца.",
        "Убрано: За друга: 250 баллов, когда пришедший по вашей рекомендации впервые оплатит визит.",
    ]


def test_rule_that_moves_to_another_place_has_not_changed():
    def reverse(document):
        document["earning"]["rules"].reverse()

    moved = preset("cosmetology")
    reverse(moved)

    assert compare(preset("cosmetology"), moved) == []


def test_rules_are_told_apart_by_code_and_not_by_title():
    def rename(document):
        document["earning"]["rules"][0]["code"] = "cashback2"

    assert lines(preset("dentistry"), changed(rename)) == [
        "Убрано: За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 9 %, Премиум 10 %.",
        "Убрано: В чеке это правило называется «Кешбэк».",
        "Добавлено: За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 9 %, Премиум 10 %.",
        "Добавлено: В чеке это правило называется «Кешбэк».",
    ]


def test_other_link_of_a_promotion_is_a_change():
    def with_link(link):
        def edit(document):
            promotion = {
                "code": "winter",
                "title": {"ru": "Зима", "en": "Winter"},
                "effect": {"kind": "percent", "percent": 10},
                "days": {"first_day": "2026-12-01", "last_day": "2026-12-31"},
                "rules_link": link,
            }
            document["discounts"] = {"promotions": [promotion]}

        return changed(edit)

    assert lines(with_link("/a"), with_link("/b")) == [
        "Было: Зима: скидка 10 %. Действует с 01.12.2026 по 31.12.2026. /a",
        "Стало: Зима: скидка 10 %. Действует с 01.12.2026 по 31.12.2026. /b",
    ]


@pytest.mark.django_db
def test_versions_are_compared_with_names_by_one_query(django_assert_num_queries):
    old, new = publish_preset(), publish_preset("cosmetology", starts_at=NOON)

    with django_assert_num_queries(1):
        changes = compare_versions(old, new)

    assert [change.old is None for change in changes if change.section == "welcome"] == [False]
