"""Days in slices: one statement holds no lock that a desk would wait for, and is done in a moment."""

from collections.abc import Iterable, Iterator
from datetime import date

# Days of one statement.
SLICE = 31


def slices_of(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """First and last of days that follow one another, at most a slice of them."""
    first = last = None
    for day in sorted(set(days)):
        if first is not None and last is not None and (day - last).days == 1 and (day - first).days < SLICE:
            last = day
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = day
    if first is not None and last is not None:
        yield first, last
