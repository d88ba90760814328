"""No field of the document is out of a manager's reach: one that is added to a shape needs its place in a form."""

import re

import pytest

from loyalty.program.places import LISTS, copy_of, place_of, rules_of
from loyalty.program_page.editors import EDITORS, RULE_EDITORS
from loyalty.program_page.part_form import PartForm
from loyalty.rules.document import PROGRAM
from tests.program.shape_walk import variations
from tests.program_page.full_program import full_document

pytestmark = pytest.mark.django_db

# Where the shape says a thing that a form says in another way, and what is nobody's to choose.
BY_ITSELF = {
    ".schema_version": "there is one",
    ".code": "the program's own name for machines",
    ".earning.rules[].code": "made of the title",
    ".discounts.promotions[].code": "made of the title",
    ".discounts.card.code": "made of the title",
    ".gifts[].code": "made of the title",
    ".tiers.levels[].code": "made of the title",
    ".discounts.promotions[].when.days.first_day": "a promotion has days of its own",
    ".discounts.promotions[].when.days.last_day": "a promotion has days of its own",
    ".gifts[].trigger=course_finished.courses[]": "courses of treatment have no list yet",
}


def field_names():
    """`.earning.rules[].effect=percent.percent`, as the shapes name them, without what stands on both sides."""
    return {field.rstrip("?") for field, _first, _second in variations(PROGRAM)}


def plain(name):
    """Without kinds and items: ("earning", "rules", "effect", "percent")."""
    return tuple(re.sub(r"=[A-Za-z_]+(?=[.]|$)|\[\]|\{\}|\?", "", name).strip(".").split("."))


def reached():
    document = full_document()
    forms = [PartForm(editor=editor, place=editor.place, document=document) for editor in EDITORS.values()]
    for kind, editor in RULE_EDITORS.items():
        rules = enumerate(rules_of(document, kind))
        forms += [
            PartForm(editor=editor, place=(*LISTS[kind], index), document=document) for index, _rule in rules
        ]
    places = set()
    for form in forms:
        for block in form.blocks:
            fields = block.rows if hasattr(block, "rows") else [block]
            for each in fields:
                for name, _field in each.part_fields():
                    place = (
                        (*each.part, "groups")
                        if name.startswith(("mode-", "base", "new"))
                        else each.place_of(name)
                    )
                    places.add(tuple(step for step in place if isinstance(step, str)))
    return places


def is_reached(name, places):
    place = plain(name)
    # Rates by tier end with the tier's own code; lists of codes are one field.
    return any(place[: len(found)] == found or found[: len(place)] == place for found in places)


def test_every_field_of_the_document_is_in_a_form():
    places = reached()

    missing = {name for name in field_names() if not is_reached(name, places)}

    assert missing - set(BY_ITSELF) == set()
    assert ("earning", "rules", "effect", "percent_by_tier", "gold") in places
    assert ("discounts", "manual", "most_percent_by_role", "senior") in places


def test_a_field_without_a_form_would_be_found():
    places = reached() - {("welcome", "points")}

    assert not is_reached(".welcome.points", places)
    assert not is_reached(".points.something_new", places)


def test_places_of_faults_are_those_of_the_document():
    assert place_of("$.tiers.levels[2].title.ru") == ("tiers", "levels", 2, "title", "ru")
    assert copy_of({"a": [1]}) == {"a": [1]}
