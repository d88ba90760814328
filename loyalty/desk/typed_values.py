"""Reads what a receptionist types into number fields. The error's text names what is wrong and what to do."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from clinics.number_texts import MINUS, number_text

MOST_KOPECKS = 10_000_000_00
MOST_RECEIPT_KOPECKS = 100_000_000_00
MOST_QUANTITY = 99
MOST_POINTS = 999_999_999
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_AMOUNT = re.compile(r"^[-+−]?\d+([.,]\d*)?$")


class Unreadable(Exception):
    """The text is not what the field needs; `text` is a sentence for the person."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def looks_like_amount(text: str) -> bool:
    return bool(_AMOUNT.match(_plain(text)))


def read_roubles(text: str) -> int:
    """Kopecks of `6 500`, `6500,50`, `6500 ₽`. Raises Unreadable."""
    plain = _plain(text)
    if not plain:
        raise Unreadable(_("The amount is empty. Type it in roubles."))
    if not _AMOUNT.match(plain):
        raise Unreadable(_("“%(text)s” is not an amount. Type digits, for example 6500.") % {"text": text.strip()})
    try:
        roubles = Decimal(plain.replace(",", ".").replace(MINUS, "-"))
    except InvalidOperation:
        raise Unreadable(
            _("“%(text)s” is not an amount. Type digits, for example 6500.") % {"text": text.strip()}
        ) from None
    kopecks = roubles * 100
    if kopecks != int(kopecks):
        raise Unreadable(_("The amount has parts of a kopeck. Leave two digits after the comma."))
    if kopecks <= 0:
        raise Unreadable(_("The amount must be above zero."))
    if kopecks > MOST_KOPECKS:
        raise Unreadable(_("The amount is above 10 million roubles. Check the digits."))
    return int(kopecks)


def read_quantity(text: str) -> int:
    """A whole number from 1 to 99. Raises Unreadable."""
    plain = _plain(text) or "1"
    if not plain.isdecimal() or not 1 <= int(plain) <= MOST_QUANTITY:
        raise Unreadable(_("The quantity must be a whole number from 1 to 99."))
    return int(plain)


def read_points(text: str) -> int:
    """A whole number of points, above zero. Raises Unreadable."""
    plain = _plain(text)
    if not plain:
        raise Unreadable(_("How many points to spend? Type a whole number or choose another option."))
    if not plain.isdecimal():
        raise Unreadable(
            _("“%(text)s” is not a number of points. Type a whole number, for example 500.")
            % {"text": text.strip()}
        )
    # Counted before it is read: a number may be as long as the field lets it.
    if len(plain) > len(str(MOST_POINTS)):
        raise Unreadable(
            _("Nobody has so many points: at most %(most)s. Check the digits.")
            % {"most": number_text(MOST_POINTS)}
        )
    if int(plain) == 0:
        raise Unreadable(_("The number of points must be above zero."))
    return int(plain)


def roubles_field(kopecks: int) -> str:
    """An amount as a field shows it: `6500`, `6500,50`."""
    roubles, rest = divmod(kopecks, 100)
    return f"{roubles},{rest:02d}" if rest else str(roubles)


def _plain(text: str) -> str:
    return _SPACES.sub("", text).removesuffix("₽").removesuffix("р.").removesuffix("р")
