"""Nothing in a program goes unsaid: whatever field changes, some sentence changes with it."""

import re

from django.utils import translation

from loyalty.program.sentences import Reader, tell_program
from loyalty.rules.document import PROGRAM
from tests.program.shape_walk import variations

UNSAID = {
    ".schema_version": "there is one",
    ".earning.groups[].code": "ties rules to their group, and only that is told",
    ".earning.groups[]": "a group without rules does nothing",
    ".discounts.groups[]": "a group without promotions does nothing",
}


def last_of_each_field():
    """A document per field; without those in which one code stands twice."""
    found = {field: document for field, _first, document in variations(PROGRAM) if not field.endswith(".code")}
    return list(found.values())


def told(document, language):
    with translation.override(language):
        return tell_program(document, reader=Reader.STAFF)


def told_in_both(document):
    return [
        (sentence.key, sentence.text, sentence.link)
        for language in ("ru", "en")
        for sentence in told(document, language)
    ]


def test_every_field_of_the_document_is_told():
    changed = {}
    for field, first, second in variations(PROGRAM):
        changed[field] = changed.get(field, False) or told_in_both(first) != told_in_both(second)

    assert {".points.life=days.days", ".earning.rules[].when.visit=every.number", ".welcome?"} <= set(changed)
    assert {field for field, is_told in changed.items() if not is_told} == set(UNSAID)


def test_every_sentence_is_whole_in_its_own_language():
    documents = last_of_each_field()

    for sentence in {each for document in documents for each in told(document, "en")}:
        assert re.fullmatch(r"[^а-яё]*\.", sentence.text), sentence
        assert "%(" not in sentence.text
        assert "  " not in sentence.text
    for sentence in {each for document in documents for each in told(document, "ru")}:
        assert re.search(r"[а-яё].*\.$", sentence.text), sentence
        assert "%(" not in sentence.text


def test_keys_differ_and_paths_lead_into_the_document():
    for document in last_of_each_field():
        sentences = told(document, "ru")
        assert len({sentence.key for sentence in sentences}) == len(sentences)
        for sentence in sentences:
            place = document
            steps = re.findall(r"[a-z_]+|\d+", sentence.path)
            for step in steps[:-1]:
                place = place[int(step) if step.isdigit() else step]
            assert isinstance(place, dict | list), sentence
