"""Numbers of cards: seven digits and a check digit (Luhn, ISO/IEC 7812-1 annex B). Pure: standard library only."""

CARD_DIGITS = 8
# A full-period step over 0..9 999 999 (coprime to 10): neighbours in time get numbers far apart.
STEP = 7_368_787
PAYLOADS = 10_000_000


class CardNumbersExhausted(Exception):
    """All ten million numbers have been issued."""


def check_digit(payload: str) -> str:
    """The Luhn digit for a string of digits."""
    total = 0
    for place, char in enumerate(reversed(payload)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def is_card_number(digits: str) -> bool:
    """Whether the text is eight digits of which the last is right."""
    return len(digits) == CARD_DIGITS and digits.isdecimal() and check_digit(digits[:-1]) == digits[-1]


def card_number(serial: int) -> str:
    """The number of the serial-th card ever issued (1..9 999 999). Raises CardNumbersExhausted."""
    if not 0 < serial < PAYLOADS:
        raise CardNumbersExhausted
    payload = f"{serial * STEP % PAYLOADS:07d}"
    return payload + check_digit(payload)


def format_card(number: str) -> str:
    """A number for reading: `0000 1420`."""
    return f"{number[:4]} {number[4:]}".strip()
