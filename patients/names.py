"""Names as they are searched: one spelling for ё and е, any case, any spacing. Standard library only."""

import re

_SEPARATORS = re.compile(r"[\s\u00a0,;]+")
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)


def name_key(*parts: str) -> str:
    """The searchable form of a name: lower case, ё as е, single spaces. `Семёнова Анна` -> `семенова анна`."""
    text = _SEPARATORS.sub(" ", " ".join(part for part in parts if part)).strip().lower()
    return text.replace("ё", "е")


def from_wrong_layout(text: str) -> str:
    """Latin keys pressed instead of Cyrillic ones: `bdfyjdf` -> `иванова`."""
    return text.lower().translate(_TO_CYRILLIC)
