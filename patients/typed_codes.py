"""What a patient shows or says at the desk: a card code, a code from an SMS, or a whole scanned QR. Pure."""

import re
from dataclasses import dataclass

from patients.card_numbers import CARD_DIGITS, is_card_number

CARD_CODE_DIGITS, SPEND_CODE_DIGITS = 6, 4
# 0-9, not \d: digits of other scripts are nobody's code.
_CODE = re.compile(r"^[0-9\s\u00a0-]+$")
_NOT_DIGITS = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class TypedCode:
    """`card` is the number that a scanned QR carries before its code; empty when only a code was typed."""

    digits: str
    card: str = ""

    @property
    def is_from_sms(self) -> bool:
        return len(self.digits) == SPEND_CODE_DIGITS


def read_qr(text: str) -> TypedCode | None:
    """A card number with a code after it, as the card page's QR holds them; None for anything else."""
    digits = _digits(text)
    is_whole = len(digits) == CARD_DIGITS + CARD_CODE_DIGITS and is_card_number(digits[:CARD_DIGITS])
    return TypedCode(digits=digits[CARD_DIGITS:], card=digits[:CARD_DIGITS]) if is_whole else None


def read_code(text: str) -> TypedCode | None:
    """Any code that may prove a consent to spend; None when the text is none."""
    digits = _digits(text)
    if len(digits) in {CARD_CODE_DIGITS, SPEND_CODE_DIGITS}:
        return TypedCode(digits=digits)
    return read_qr(text)


def is_bare_card(text: str) -> bool:
    """A card number without a code: the QR of a phone that is offline."""
    return is_card_number(_digits(text))


def _digits(text: str) -> str:
    return _NOT_DIGITS.sub("", text) if _CODE.match(text) else ""
