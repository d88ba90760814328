"""What a trial adds up to, for all members together and by tier. Sums of two halves of the members simply add.

Money is kopecks, points are whole; a value in kopecks is always at the program's own price of a point.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from clinics.money import FULL_RATE_BP

NO_TIER = ""


@dataclass(slots=True)
class TierTotals:
    """Of the receipts that were quoted at the tier, and of the members who stand in it at the end."""

    receipts: int = 0
    price_kopecks: int = 0  # before discounts
    discount_kopecks: int = 0
    points_kopecks: int = 0  # paid with points
    points_spent: int = 0
    points_issued: int = 0
    members: int = 0

    @property
    def cost_kopecks(self) -> int:
        """What members did not pay: discounts and points."""
        return self.discount_kopecks + self.points_kopecks

    @property
    def effective_discount_bp(self) -> int:
        """The cost's share of the price before it."""
        return _share(self.cost_kopecks * FULL_RATE_BP, self.price_kopecks)

    @property
    def points_per_receipt_hundredths(self) -> int:
        """Average points issued on a receipt, in hundredths of a point."""
        return _share(self.points_issued * 100, self.receipts)

    def add(self, other: "TierTotals") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class Totals:
    """Of one program. `opening` + `given` + `welcome` + issued - spent - burnt = left."""

    by_tier: dict[str, TierTotals] = field(default_factory=dict)  # by code; "" is none
    points_opening: int = 0  # held when the period began
    points_given: int = 0  # in the period, for anything but a receipt
    points_welcome: int = 0
    points_burnt: int = 0
    points_left: int = 0  # available and pending
    points_dated: int = 0  # of those left: have a last day, or would roll to one

    def of_tier(self, code: str) -> TierTotals:
        found = self.by_tier.get(code)
        if found is None:
            found = self.by_tier[code] = TierTotals()
        return found

    @property
    def whole(self) -> TierTotals:
        """All tiers together."""
        whole = TierTotals()
        for tier in self.by_tier.values():
            whole.add(tier)
        return whole

    def add(self, other: "Totals") -> None:
        for code, tier in other.by_tier.items():
            self.of_tier(code).add(tier)
        for name in POINT_FIELDS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Totals":
        by_tier = {code: TierTotals(**tier) for code, tier in document["by_tier"].items()}
        return cls(by_tier=by_tier, **{name: document[name] for name in POINT_FIELDS})


POINT_FIELDS = tuple(each.name for each in fields(Totals) if each.name != "by_tier")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the totals mean to a manager."""

    receipts: int
    price_kopecks: int
    discount_kopecks: int
    points_kopecks: int
    paid_kopecks: int
    cost_kopecks: int
    effective_discount_bp: int
    points_issued: int  # for receipts and as a welcome
    points_spent: int
    points_burnt: int
    points_left: int
    points_to_burn: int  # expected, of those left
    liability_kopecks: int  # the value of all that are left


def figures_of(totals: Totals, *, point_value_kopecks: int) -> Figures:
    """Points to burn: of those left that can burn, the share that burnt of all that came to an end so far."""
    whole = totals.whole
    ended = whole.points_spent + totals.points_burnt
    return Figures(
        receipts=whole.receipts,
        price_kopecks=whole.price_kopecks,
        discount_kopecks=whole.discount_kopecks,
        points_kopecks=whole.points_kopecks,
        paid_kopecks=whole.price_kopecks - whole.cost_kopecks,
        cost_kopecks=whole.cost_kopecks,
        effective_discount_bp=whole.effective_discount_bp,
        points_issued=whole.points_issued + totals.points_welcome,
        points_spent=whole.points_spent,
        points_burnt=totals.points_burnt,
        points_left=totals.points_left,
        points_to_burn=_share(totals.points_dated * totals.points_burnt, ended),
        liability_kopecks=totals.points_left * point_value_kopecks,
    )


def _share(numerator: int, denominator: int) -> int:
    return numerator // denominator if denominator else 0
