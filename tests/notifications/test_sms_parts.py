"""What a text costs."""

import pytest

from notifications.sms_parts import count_parts, plain


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("450 бонусных рублей сгорят 27.11. Записаться: clinic.ru/z", 1),
    ],
)
def test_parts_are_counted_by_alphabet_and_length(text, parts):
    assert count_parts(text) == parts


def test_typographic_spaces_do_not_turn_a_latin_text_into_unicode():
    text = "−1\u00a0450 points " + "a" * 140

    assert (count_parts(text), count_parts(plain(text))) == (3, 1)
