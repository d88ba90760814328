"""What a text typed into a search field means. Pure: standard library only.

A whole phone, a card number or a scanned QR identifies one person; the end of a phone and a name are browsing.
"""

import re
from dataclasses import dataclass
from enum import Enum

from patients.card_numbers import CARD_DIGITS, is_card_number
from patients.names import Layout, in_other_layout, name_key
from patients.phone import normalise_phone
from patients.typed_codes import CARD_CODE_DIGITS, TypedCode, read_qr

SHORTEST_NAME = 2
SHORTEST_PHONE_END, LONGEST_PHONE_END = 4, 7
# 0-9, not \d: digits of other scripts are in no stored number.
_CARD_SHAPED = re.compile(r"^[0-9\s\u00a0-]+$")
_PHONE_END_SHAPED = re.compile(r"^[0-9\s()\-.\u00a0\u2011\u2012\u2013]+$")
_NAME_WITH_PHONE_END = re.compile(r"^(?P<name>.*?)[\s\u00a0,;]*(?P<end>(?:[0-9]-?){4,7})$", re.DOTALL)
_NOT_DIGITS = re.compile(r"[^0-9]")
_LETTER = re.compile(r"[^\W\d_]")


class FoundBy(Enum):
    PHONE = "PHONE"
    CARD = "CARD"
    QR = "QR"
    NAME = "NAME"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class NameSpelling:
    """Words of a name, in lower case; `layout` is set when the keys were read in the other layout than typed."""

    words: tuple[str, ...]
    layout: Layout | None = None


@dataclass(frozen=True, slots=True)
class SearchText:
    """`phone` is whole and in E.164, `phone_end` its last 4 to 7 digits, alone or beside a name.

    `card` is a card's number; `has_wrong_check_digit` says that nobody can have it. `scanned` is the QR's code,
    not looked at yet. `spellings` are ways to read a name, the likeliest first.
    """

    found_by: FoundBy
    phone: str = ""
    phone_end: str = ""
    card: str = ""
    has_wrong_check_digit: bool = False
    scanned: TypedCode | None = None
    spellings: tuple[NameSpelling, ...] = ()

    @property
    def is_browsing(self) -> bool:
        return bool(self.phone_end or self.spellings)


def read_search(text: str) -> SearchText:
    """What is looked for; `NOTHING` when the text can be no phone, card, QR or name."""
    text = text.strip()
    digits = _NOT_DIGITS.sub("", text)
    if _CARD_SHAPED.match(text) and len(digits) == CARD_DIGITS:
        return SearchText(FoundBy.CARD, card=digits, has_wrong_check_digit=not is_card_number(digits))
    if _CARD_SHAPED.match(text) and len(digits) == CARD_DIGITS + CARD_CODE_DIGITS:
        scanned, card = read_qr(text), digits[:CARD_DIGITS]
        return SearchText(FoundBy.QR, card=card, scanned=scanned, has_wrong_check_digit=scanned is None)
    phone = normalise_phone(text)
    if phone is not None:
        return SearchText(FoundBy.PHONE, phone=phone)
    if _PHONE_END_SHAPED.match(text):
        is_end = SHORTEST_PHONE_END <= len(digits) <= LONGEST_PHONE_END
        return SearchText(FoundBy.PHONE, phone_end=digits) if is_end else SearchText(FoundBy.NOTHING)
    return _read_name(text)


def _read_name(text: str) -> SearchText:
    end = ""
    found = _NAME_WITH_PHONE_END.match(text)
    if found and _LETTER.search(found["name"]):
        text, end = found["name"], _NOT_DIGITS.sub("", found["end"])
    if not _LETTER.search(text) or (len(name_key(text)) < SHORTEST_NAME and not end):
        return SearchText(FoundBy.NOTHING)
    spellings = [NameSpelling(_words(text))]
    other = in_other_layout(text)
    if other is not None:
        spellings.append(NameSpelling(_words(other[0]), layout=other[1]))
    return SearchText(FoundBy.NAME, phone_end=end, spellings=tuple(spellings))


def _words(text: str) -> tuple[str, ...]:
    return tuple(name_key(text).split())
