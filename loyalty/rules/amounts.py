"""Amounts and percents of a valid document as the whole numbers that rules compute with."""

from clinics.money import to_kopecks
from loyalty.rules.shapes import decimal_of


def kopecks_of(roubles: int | str) -> int:
    """Raises ValueError for what is not an amount with at most two places."""
    number = decimal_of(roubles)
    if number is None:
        raise ValueError(f"{roubles!r} is not an amount")
    return to_kopecks(number)


def rate_bp(percent: int | str) -> int:
    """Basis points. Raises ValueError for what is not a percent with at most two places."""
    number = decimal_of(percent)
    if number is None:
        raise ValueError(f"{percent!r} is not a percent with at most two places")
    return int(number * 100)
