"""Splitting whole points over receipt lines in proportion to their prices, no line above its room."""

from collections.abc import Sequence
from typing import NamedTuple


class Holder(NamedTuple):
    """A line that can carry points."""

    weight: int  # kopecks
    room: int  # whole points that fit into the line
    order: int  # who gets the odd point when the remainders are equal


def share_points(points: int, holders: Sequence[Holder]) -> list[int]:
    """Whole points per holder, by largest remainder; their sum is `points`.

    Raises ValueError when the points do not fit into the rooms or would exceed the weights' share."""
    if points == 0:
        return [0] * len(holders)
    whole = sum([holder.weight for holder in holders])
    if points < 0 or points > sum([holder.room for holder in holders]):
        raise ValueError("these points do not fit into the lines")
    parts = [min(points * holder.weight // whole, holder.room) for holder in holders]
    left = points - sum(parts)
    queue = sorted(range(len(holders)), key=lambda i: (-(points * holders[i].weight % whole), holders[i].order))
    # One round is enough unless lines are cheaper than a point: those pass theirs on.
    while left:
        for index in queue:
            if left and parts[index] < holders[index].room:
                parts[index] += 1
                left -= 1
    return parts
