"""Permanent codes of new rules and tiers, made of their titles: nobody is asked to think one up.

A code is used once and for all. Awards and budgets are counted by it over every version, so that a new rule
must not inherit the numbers of one that was removed.
"""

from collections.abc import Collection, Iterator
from itertools import count

from django.db import connection
from django.utils.text import slugify

from loyalty.rules.rule_checks import RESERVED_CODE

LONGEST = 40  # leaves room for a number
LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i",
        "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "",
        "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip
USED = """
    select distinct code #>> '{}'
      from loyalty_programversion,
           lateral (values ('$.earning.rules[*].code'), ('$.discounts.promotions[*].code'), ('$.gifts[*].code'),
                           ('$.discounts.card.code'), ('$.tiers.levels[*].code')) as at (path),
           lateral jsonb_path_query(document, at.path::jsonpath) as code"""


def used_codes() -> set[str]:
    """Of rules, promotions, gifts and tiers of all versions, archived ones too. One query."""
    with connection.cursor() as cursor:
        cursor.execute(USED)
        return {code for (code,) in cursor.fetchall()} | {RESERVED_CODE}


def latin_slug(title: str) -> str:
    """`Старая программа` -> `staraya-programma`; empty for a title without letters and digits."""
    return slugify(title.lower().translate(LATIN))


def new_code(title: str, *, taken: Collection[str], otherwise: str) -> str:
    """`Пенсионерам` -> `pensioneram`; `otherwise` for a title without letters."""
    slug = latin_slug(title).lstrip("-_0123456789")[:LONGEST].rstrip("-_")
    base = slug or otherwise
    return next(code for code in _candidates(base) if code not in taken)


def _candidates(base: str) -> Iterator[str]:
    yield base
    for number in count(2):
        yield f"{base}-{number}"
