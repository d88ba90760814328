"""Phone numbers as people type them. Pure: standard library only.

A number is stored in E.164 (`+79161234567`). A Russian one may be typed with 8, 7, +7 or without any prefix;
a foreign one must start with `+`.
"""

import re

# 0-9, not \d: digits of other scripts would get into the stored number.
_ALLOWED = re.compile(r"^\+?[0-9\s()\-.\u00a0\u2011\u2012\u2013]+$")
_NOT_DIGITS = re.compile(r"[^0-9]")
RUSSIAN_LENGTH = 10
SHORTEST_FOREIGN = 8
LONGEST = 15


def normalise_phone(text: str) -> str | None:
    """The number in E.164, or None when the text is not a whole phone number."""
    text = text.strip()
    if not _ALLOWED.match(text):
        return None
    digits = _NOT_DIGITS.sub("", text)
    if text.startswith("+") and not digits.startswith("7"):
        return f"+{digits}" if SHORTEST_FOREIGN <= len(digits) <= LONGEST else None
    if len(digits) == RUSSIAN_LENGTH + 1 and digits[0] in "78":
        digits = digits[1:]
    # Russian area and mobile codes start with 3, 4, 8 or 9; 6 and 7 are Kazakhstan's under the same +7.
    if len(digits) == RUSSIAN_LENGTH and digits[0] in "346789":
        return f"+7{digits}"
    return None


def mask_phone(phone: str) -> str:
    """What a shared screen may show: `•••45-67`. An empty number stays empty."""
    return f"•••{phone[-4:-2]}-{phone[-2:]}" if phone else ""


def format_phone(phone: str) -> str:
    """A stored number for reading: `+7 916 123-45-67`; a foreign one as it is."""
    if phone.startswith("+7") and len(phone) == RUSSIAN_LENGTH + 2:
        return f"+7 {phone[2:5]} {phone[5:8]}-{phone[8:10]}-{phone[10:]}"
    return phone
