"""The draft beside the version in force: how many receipts and members it touches, who wins and who loses.

A member gains what a program gives: discounts, and the value of points earned. Tiers are those at the end of the
period.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from loyalty.what_if.trial.member import MemberTrial, Trial
from loyalty.what_if.trial.past import PastMember


@dataclass(slots=True)
class Winners:
    """Members of one tier of the version in force."""

    members: int = 0
    winners: int = 0
    losers: int = 0
    gained_kopecks: int = 0  # by the winners, more than now
    lost_kopecks: int = 0  # by the losers

    def add(self, other: "Winners") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class Comparison:
    members: int = 0  # with an account
    visitors: int = 0  # of them with a receipt in the period
    touched_receipts: int = 0  # the draft gives another price, or other points
    touched_members: int = 0  # another sum, or another tier
    by_tier: dict[str, Winners] = field(default_factory=dict)  # by the code of the tier now; "" is none
    moves: dict[str, dict[str, int]] = field(default_factory=dict)  # tier now -> tier in the draft -> members

    @property
    def whole(self) -> Winners:
        """All tiers together."""
        whole = Winners()
        for tier in self.by_tier.values():
            whole.add(tier)
        return whole

    def add(self, other: "Comparison") -> None:
        for name in ("members", "visitors", "touched_receipts", "touched_members"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for code, theirs in other.by_tier.items():
            self.by_tier.setdefault(code, Winners()).add(theirs)
        for code, targets in other.moves.items():
            for target, count in targets.items():
                self._move(code, target, count)

    def count_member(self, *, now: str, then: str, gain_kopecks: int, receipts: int, touched: int) -> None:
        """`now` and `then` are the tiers under the version in force and under the draft."""
        self.members += 1
        self.visitors += 1 if receipts else 0
        self.touched_receipts += touched
        self.touched_members += 1 if touched or gain_kopecks or now != then else 0
        tier = self.by_tier.setdefault(now, Winners())
        tier.members += 1
        if gain_kopecks > 0:
            tier.winners += 1
            tier.gained_kopecks += gain_kopecks
        elif gain_kopecks < 0:
            tier.losers += 1
            tier.lost_kopecks -= gain_kopecks
        if now != then:
            self._move(now, then, 1)

    def _move(self, now: str, then: str, count: int) -> None:
        targets = self.moves.setdefault(now, {})
        targets[then] = targets.get(then, 0) + count

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Comparison":
        by_tier = {code: Winners(**tier) for code, tier in document["by_tier"].items()}
        return cls(**{**document, "by_tier": by_tier})


def live_under_both(past: PastMember, *, current: Trial, draft: Trial, into: Comparison) -> None:
    """The member's receipts under both programs; adds to both trials' totals and to the comparison."""
    now, then = MemberTrial(past, current), MemberTrial(past, draft)
    touched = 0
    for receipt in past.receipts:
        touched += now.pay(receipt) != then.pay(receipt)
    into.count_member(
        now=now.end(),
        then=then.end(),
        gain_kopecks=then.gained_kopecks - now.gained_kopecks,
        receipts=len(past.receipts),
        touched=touched,
    )
