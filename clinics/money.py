"""Money as whole kopecks in pure code and as Decimal roubles at the edges; rates in basis points.

The only place where the two meet. Nothing here knows Django, and no float ever passes.
"""

from collections.abc import Sequence
from decimal import Decimal

KOPECKS_IN_ROUBLE = 100
FULL_RATE_BP = 10_000  # 100 %


class FractionOfKopeck(ValueError):
    """An amount that is not a whole number of kopecks."""

    def __init__(self, amount: Decimal) -> None:
        super().__init__(f"{amount} is not a whole number of kopecks")
        self.amount = amount


def to_kopecks(roubles: Decimal) -> int:
    """Raises FractionOfKopeck rather than rounding: who has such an amount must decide how to round it."""
    kopecks = roubles * KOPECKS_IN_ROUBLE
    if not kopecks.is_finite() or kopecks != kopecks.to_integral_value():
        raise FractionOfKopeck(roubles)
    return int(kopecks)


def to_roubles(kopecks: int) -> Decimal:
    return Decimal(kopecks).scaleb(-2)


def percent_floor(kopecks: int, rate_bp: int) -> int:
    """Share of an amount, rounded down to the kopeck."""
    return kopecks * rate_bp // FULL_RATE_BP


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded to a whole, one half upwards; denominator > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def split_by_largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts in proportion to the weights whose sum is exactly `total`; ties go to the earlier.

    No part exceeds its weight while `total` does not exceed their sum.
    Raises ValueError for negative numbers and for a total that no weight can carry.
    """
    whole = sum(weights)
    if total < 0 or min(weights, default=0) < 0:
        raise ValueError("total and weights must not be negative")
    if whole == 0 and total:
        raise ValueError("nothing to split the total over")
    if total == 0 or len(weights) == 1:
        return [total] * len(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    if left == 0:
        return parts
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for index in by_remainder[:left]:
        parts[index] += 1
    return parts
