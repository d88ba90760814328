"""What a reminder brings: the rate of those reminded less the rate of a hold-out group, with a 95 % interval.

The interval is Newcombe's (1998, method 10): Wilson's limits of each rate, squared and added. It stays honest for
rates near 0 and for the small hold-out groups of one clinic, where the usual ±1.96 standard errors is too narrow.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

# The 97.5 % point of the normal distribution.
Z = Fraction(1_959_964, 1_000_000)
# Square roots are cut to so many decimal places.
ROOT_PLACES = 12


@dataclass(frozen=True, slots=True)
class Trial:
    """People of one group, and how many of them came."""

    people: int
    came: int

    def __post_init__(self) -> None:
        if not 0 <= self.came <= self.people:
            raise ValueError(f"{self.came} of {self.people} people cannot have come")


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the limits that hold the truth in 95 of 100 such experiments."""

    low: Fraction
    estimate: Fraction
    high: Fraction

    def times(self, people: int) -> "Interval":
        """Of so many people: visits instead of a rate."""
        return Interval(self.low * people, self.estimate * people, self.high * people)

    @property
    def is_certain(self) -> bool:
        """Zero is outside: the difference is more than chance."""
        return self.low > 0 or self.high < 0


def rate_interval(trial: Trial) -> Interval | None:
    """Wilson's interval of one rate; None when nobody was asked."""
    if not trial.people:
        return None
    n, came = trial.people, trial.came
    z2 = Z * Z
    middle = came + z2 * Fraction(1, 2)
    spread = Z * root(Fraction(came * (n - came), n) + z2 * Fraction(1, 4))
    low, high = (middle - spread) * Fraction(1, n + z2), (middle + spread) * Fraction(1, n + z2)
    # A cut root may miss the edge by a trifle.
    return Interval(max(low, Fraction()), Fraction(came, n), min(high, Fraction(1)))


def difference(*, treated: Trial, held_out: Trial) -> Interval | None:
    """Rate of the treated less that of the held out; None when either group is empty."""
    ours, theirs = rate_interval(treated), rate_interval(held_out)
    if ours is None or theirs is None:
        return None
    estimate = ours.estimate - theirs.estimate
    down = root((ours.estimate - ours.low) ** 2 + (theirs.high - theirs.estimate) ** 2)
    up = root((ours.high - ours.estimate) ** 2 + (theirs.estimate - theirs.low) ** 2)
    return Interval(estimate - down, estimate, estimate + up)


def root(number: Fraction) -> Fraction:
    """The square root, rounded down to twelve places."""
    scale = 10**ROOT_PLACES
    return Fraction(isqrt(number.numerator * scale * scale // number.denominator), scale)
