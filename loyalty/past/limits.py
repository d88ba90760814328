"""Limits in a replay of the past: counted in memory in the order of the replay, and added at its end.

A desk that works meanwhile is not waited for: what it takes from a budget in those seconds comes on top.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from loyalty.checkout.limit_use import ADD, ReceiptPlace, UsePlace, columns_of, counts, use_place
from loyalty.models import LimitUse
from loyalty.rules.limits import Limit, Used


@dataclass(slots=True)
class PastLimits:
    """What was given before the replay, and in it."""

    limits: tuple[Limit, ...]
    before: dict[UsePlace, int]
    given: Counter[UsePlace] = field(default_factory=Counter)

    def used(self, place: ReceiptPlace) -> Used:
        """As of the receipt at hand."""
        places = {limit.key: use_place(limit, place) for limit in self.limits}
        return {key: self.before.get(where, 0) + self.given[where] for key, where in places.items()}

    def count(self, given: Callable[[str], int], place: ReceiptPlace) -> None:
        for limit in self.limits:
            self.given[use_place(limit, place)] += given(limit.rule_code)

    def save(self) -> None:
        """Add what the replay has given, in the order in which desks lock the counts."""
        amounts = {limit.key: limit.amount for limit in self.limits}
        rows = [
            (where, units, amounts[where.rule_code, where.kind]) for where, units in self.given.items() if units
        ]
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(ADD, columns_of(rows))


def read_past_limits(limits: Iterable[Limit], *, patient_ids: Collection[int]) -> PastLimits:
    """One query when there are limits at all."""
    limits = tuple(limits)
    if not limits:
        return PastLimits(limits, {})
    rows = LimitUse.objects.filter(
        Q(patient=None) | Q(patient__in=patient_ids), rule_code__in={limit.rule_code for limit in limits}
    )
    return PastLimits(limits, counts(rows))
