"""Rates and averages of counts and kopecks: exact fractions, None for what a zero denominator leaves unknown.

Nothing here rounds but averages of money, half up to the kopeck.
"""

from fractions import Fraction

from clinics.money import FULL_RATE_BP, half_up


def share(part: int, whole: int) -> Fraction | None:
    """None when there is no whole: an unknown rate is not a rate of nothing."""
    return Fraction(part, whole) if whole > 0 else None


def mean_kopecks(kopecks: int, count: int) -> int | None:
    """To the kopeck, half up; a mean of refunds may be below zero."""
    if count <= 0:
        return None
    return half_up(kopecks, count)


def repeat_rate(*, buyers: int, repeat_buyers: int) -> Fraction | None:
    """RPR: of those who bought, how many bought more than once."""
    return share(repeat_buyers, buyers)


def retention(*, at_start: int, at_end: int, new: int) -> Fraction | None:
    """CRR: of the clients at the start, how many still are at the end. `new` are among those at the end."""
    return share(at_end - new, at_start)


def effective_discount(*, points: int, certificates: int, discounts: int, price: int) -> Fraction | None:
    """What was not paid in money, of the price before it; all in kopecks. Sold certificates are payment."""
    return share(points + certificates + discounts, price)


def saving(*, price: int, baseline_bp: int, given: int) -> int:
    """Kopecks that the old discount of everything would have cost above what is given now."""
    return half_up(price * baseline_bp, FULL_RATE_BP) - given


def breakage(*, issued: int, burnt: int, still_open: int) -> Fraction | None:
    """Burnt points of those issued, of a group that has none open: before that it is too early to tell."""
    return None if still_open else share(burnt, issued)


def change(*, now: int | Fraction | None, before: int | Fraction | None) -> Fraction | None:
    """Growth against the period before; unknown from nothing, and when either is."""
    if now is None or before is None or before <= 0:
        return None
    return Fraction(now) * Fraction(1, before) - 1


def basis_points(rate: Fraction | None) -> int | None:
    """As reports show rates: half up."""
    return None if rate is None else half_up(rate.numerator * FULL_RATE_BP, rate.denominator)
