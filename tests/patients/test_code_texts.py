"""Codes that people type: one code however it is typed, and none that can be misread."""

import pytest

from patients.code_texts import SUFFIX_LETTERS, code_key, friend_code


def first(letters: str) -> str:
    return letters[0]


@pytest.mark.parametrize(
    "typed", ["ANNA-7K2", "anna7k2", " Anna 7k2 ", "ANNA\u20117K2", "фттф-7л2", "ФТТФ 7Л2", "anna_7k2"]
)
def test_code_is_the_same_in_any_case_spacing_and_layout(typed):
    assert code_key(typed) == "ANNA7K2"


@pytest.mark.parametrize("typed", ["", "  ", "-", "A" * 41])
def test_what_can_be_no_code_has_no_key(typed):
    assert code_key(typed) == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Анна", "ANNA-222"),
        ("Щёголь", "SCHEGOL-222"),
        ("Анна-Мария", "ANNAMARI-222"),
        ("Zoë", "ZO-222"),
        ("", "FRIEND-222"),
        ("李", "FRIEND-222"),
    ],
)
def test_code_begins_with_the_name_in_latin_letters(name, code):
    assert friend_code(name, choose=first) == code


def test_no_letter_of_a_code_is_mistaken_for_another():
    assert set(SUFFIX_LETTERS) & set("01ILO") == set()
