"""How a privilege's code is read and shown: two letters and some digits, the same keys in either layout."""

import re
from collections.abc import Iterator
from random import SystemRandom

from patients.code_texts import code_key

# The keys of НГ, for «награда»: a scanner types them whatever the layout is.
PREFIX = "YU"
PREFIX_RU = "НГ"
FEWEST_DIGITS, MOST_DIGITS = 4, 8
TRIES_OF_A_LENGTH = 8
_KEY = re.compile(rf"^{PREFIX}[0-9]{{{FEWEST_DIGITS},{MOST_DIGITS}}}$")


def read_key(text: str) -> str:
    """The key of what was typed or scanned; empty when it is no privilege's code."""
    key = code_key(text)
    return key if _KEY.match(key) else ""


def shown_code(key: str, language: str) -> str:
    """`НГ-4821`; in English, which has no such letters, the same keys: `YU-4821`."""
    prefix = PREFIX_RU if language.startswith("ru") else PREFIX
    return f"{prefix}-{key.removeprefix(PREFIX)}"


def candidates() -> Iterator[str]:
    """Codes to try, drawn by chance; longer ones when the short are used up."""
    chance = SystemRandom()
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        for _try in range(TRIES_OF_A_LENGTH):
            yield f"{PREFIX_RU}-{chance.randrange(10**digits):0{digits}d}"
