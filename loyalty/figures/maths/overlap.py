"""Revenue by what brought it, when one receipt may have been brought by several things.

Every way is shown with all of its receipts; the total counts each receipt once and names the overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brought:
    """Receipts that the same ways brought, together."""

    ways: frozenset[str]
    kopecks: int


@dataclass(frozen=True, slots=True)
class Revenue:
    """`by_way` adds up to `once` + `overlap`."""

    by_way: dict[str, int]
    once: int  # each receipt counted once, whatever number of ways it had
    overlap: int

    def total_effect(self, *, saving: int) -> int:
        """What the program brought and saved, in kopecks."""
        return self.once + saving


def revenue_by_way(brought: Iterable[Brought]) -> Revenue:
    """Receipts that no way brought are not the program's: they count nowhere."""
    by_way: dict[str, int] = {}
    once = 0
    for group in brought:
        once += group.kopecks if group.ways else 0
        for way in group.ways:
            by_way[way] = by_way.get(way, 0) + group.kopecks
    return Revenue(by_way, once, sum(by_way.values()) - once)
