"""Names of what a program speaks of, from the price list and the patients' lists."""

import pytest
from django.utils import translation

from loyalty.program.names import NO_NAMES, NamedCode, named_codes, read_names
from tests.people import make_clinic, make_doctor, make_service, make_social_group, make_tag
from tests.rules.build import preset

pytestmark = pytest.mark.django_db
WHEN = {
    "services": ["cleaning"],
    "categories": ["hygiene"],
    "doctors": ["petrov"],
    "clinics": ["mytishchi"],
    "tags": ["has-children"],
    "social_groups": ["pensioner"],
}


def program(**when):
    document = preset("cosmetology")
    document["earning"]["rules"][0]["when"] = when
    return document


def test_all_names_come_with_one_query(django_assert_num_queries):
    make_service("cleaning", "hygiene")
    make_doctor()
    make_tag()
    make_social_group()

    with django_assert_num_queries(1):
        names = read_names(program(**WHEN))

    found = {kind: names.of(kind, codes[0]) for kind, codes in WHEN.items()}
    assert found == {
        "services": "cleaning",
        "categories": "hygiene",
        "doctors": "Петров П. П.",
        "clinics": "Мытищи",
        "tags": "Есть дети",
        "social_groups": "Пенсионер",
    }


def test_group_has_its_english_name_on_english_pages():
    make_social_group()

    names = read_names(program(social_groups=["pensioner"]))

    with translation.override("en"):
        assert names.of("social_groups", "pensioner") == "Pensioner"
    with translation.override("ru"):
        assert names.of("social_groups", "pensioner") == "Пенсионер"


def test_unknown_code_is_its_own_name():
    names = read_names(program(services=["canal"]))

    assert names.of("services", "canal") == "canal"
    assert not names.knows(NamedCode("$", "services", "canal"))


def test_program_that_names_nothing_asks_nothing(django_assert_num_queries):
    document = preset("dentistry")
    document["redemption"] = {"cap_percent": 10}

    with django_assert_num_queries(0):
        assert read_names(document) == NO_NAMES


def test_names_of_two_documents_are_read_together(django_assert_num_queries):
    make_clinic("tver", name="Тверь")
    make_clinic()

    with django_assert_num_queries(1):
        names = read_names(program(clinics=["mytishchi"]), program(clinics=["tver"]))

    assert (names.of("clinics", "mytishchi"), names.of("clinics", "tver")) == ("Мытищи", "Тверь")


def test_every_place_that_names_a_code_is_found():
    document = preset("dentistry")
    document["earning"]["rules"][0]["when"] = {"clinics": ["mytishchi"], "services": ["a", "b"]}
    document["earning"]["nothing_on"] = {"services": ["c"]}
    document["discounts"] = {
        "promotions": [{"when": {"tags": ["vip"]}}],
        "card": {"when": {"doctors": ["petrov"]}},
    }
    habit = {"kind": "habit", "of": {"categories": ["hygiene"]}, "within_months": 6}
    document["gifts"] = [{"trigger": habit}, {"trigger": {"kind": "activity", "of": "first_log_in"}}]

    assert [(named.path, named.code) for named in named_codes(document)] == [
        ("$.earning.rules[0].when.services[0]", "a"),
        ("$.earning.rules[0].when.services[1]", "b"),
        ("$.earning.rules[0].when.clinics[0]", "mytishchi"),
        ("$.earning.nothing_on.services[0]", "c"),
        ("$.redemption.nothing_on.categories[0]", "implantation"),
        ("$.redemption.nothing_on.categories[1]", "orthodontics"),
        ("$.redemption.nothing_on.categories[2]", "orthopaedics"),
        ("$.discounts.promotions[0].when.tags[0]", "vip"),
        ("$.discounts.card.when.doctors[0]", "petrov"),
        ("$.gifts[0].trigger.of.categories[0]", "hygiene"),
    ]


def test_categories_of_the_presets_have_names_before_the_price_list():
    assert [NO_NAMES.of("categories", code) for code in ("implantation", "x")] == ["Имплантация", "x"]
    with translation.override("en"):
        assert NO_NAMES.of("categories", "orthopaedics") == "Prosthetics"
    assert NO_NAMES.of("services", "implantation") == "implantation"
