"""Names as they are searched: one spelling for ё and е, any case, any spacing. Pure: standard library only."""

import re
from enum import Enum

_SEPARATORS = re.compile(r"[\s\u00a0,;]+")
_ENGLISH_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_ENGLISH_SHIFTED = '~{}:"<>'
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_RUSSIAN_SHIFTED = "ёхъжэбю"
_TO_RUSSIAN = str.maketrans(_ENGLISH_KEYS + _ENGLISH_SHIFTED, _RUSSIAN_KEYS + _RUSSIAN_SHIFTED)
_TO_ENGLISH = str.maketrans(_RUSSIAN_KEYS, _ENGLISH_KEYS)
_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-яё]")


class Layout(Enum):
    """What a keyboard was switched to by mistake."""

    ENGLISH = "ENGLISH"
    RUSSIAN = "RUSSIAN"


def name_key(*parts: str) -> str:
    """The searchable form of a name: lower case, ё as е, single spaces. `Семёнова Анна` -> `семенова анна`.

    The database computes the same for `Patient.name_key`.
    """
    text = _SEPARATORS.sub(" ", " ".join(part for part in parts if part)).strip().lower()
    return text.replace("ё", "е")


def to_english_keys(text: str) -> str:
    """The same keys in the English layout, in lower case: `фттф` -> `anna`."""
    return text.lower().translate(_TO_ENGLISH)


def in_other_layout(text: str) -> tuple[str, Layout] | None:
    """The same keys in the other layout and the layout they were typed in: `bdfyjdf` -> `иванова`, English.

    None when letters of both alphabets, or of neither, tell nothing.
    """
    text = text.lower()
    is_latin, is_cyrillic = bool(_LATIN.search(text)), bool(_CYRILLIC.search(text))
    if is_latin == is_cyrillic:
        return None
    if is_latin:
        return text.translate(_TO_RUSSIAN), Layout.ENGLISH
    return to_english_keys(text), Layout.RUSSIAN
