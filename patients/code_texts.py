"""Codes that people type: what they are made of, and when two texts are one code. Pure: standard library only.

A code is the same in any case, with or without hyphens, and typed in either keyboard layout: «фттф-7л2» is
ANNA-7K2 by its keys.
"""

import re
from collections.abc import Callable

from patients.names import to_english_keys

# Nothing that is mistaken for something else on paper: no 0 and O, no 1, I and L.
SUFFIX_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SUFFIX_LENGTH = 3
LONGEST_NAME = 8
NAMELESS = "FRIEND"
LONGEST_KEY = 40
_BETWEEN = re.compile(r"[\s\u00a0\-\u2010-\u2015_]+")
_LATIN = str.maketrans(
    dict(
        zip(
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            ("A", "B", "V", "G", "D", "E", "E", "ZH", "Z", "I", "Y", "K", "L", "M", "N", "O", "P", "R", "S", "T",
             "U", "F", "KH", "TS", "CH", "SH", "SCH", "", "Y", "", "E", "YU", "YA"),
            strict=True,
        )
    )
)  # fmt: skip
_NOT_LATIN = re.compile(r"[^A-Z]")


def code_key(text: str) -> str:
    """What a code is compared by; empty when the text can be no code."""
    key = to_english_keys(_BETWEEN.sub("", text)).upper()
    return key if 0 < len(key) <= LONGEST_KEY else ""


def friend_code(first_name: str, *, choose: Callable[[str], str], length: int = SUFFIX_LENGTH) -> str:
    """`ANNA-7K2`: the first name in Latin letters and `length` characters drawn by `choose`."""
    name = _NOT_LATIN.sub("", first_name.lower().translate(_LATIN).upper())[:LONGEST_NAME]
    return f"{name or NAMELESS}-{''.join(choose(SUFFIX_LETTERS) for _ in range(length))}"
