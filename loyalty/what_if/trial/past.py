"""What is known of a member's past before it is lived once more.

Days are the home clinic's, but for those inside `ReceiptFacts`; money is kopecks, points are whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from loyalty.rules.facts import ReceiptFacts
from loyalty.rules.tier_states import TierState
from loyalty.rules.turnover import Turnover

NO_STATE = TierState("")
NO_TURNOVER = Turnover(0)
NO_GROUPS: frozenset[str] = frozenset()


class PastReceipt(NamedTuple):
    """A receipt net of its refunds. `manual_bp` was taken off by hand, with a right to it."""

    facts: ReceiptFacts
    paid_with_points_kopecks: int  # the member wants to pay as much with points again
    earns_as_member: bool = False  # of a system used before: it earned there
    manual_bp: int = 0


class PastLot(NamedTuple):
    """Points held when the period began, or given in it for anything but a receipt."""

    points: int
    given_on: date  # within the period
    available_on: date
    last_day: date | None = None
    never_burns: bool = False


@dataclass(frozen=True, slots=True)
class PastMember:
    """Where a member stood when the period began, and what happened to them in it, by day."""

    first_day: date  # of the period
    last_day: date
    is_member: bool
    opened_on: date  # the account
    is_new: bool = False  # the account was opened in the period, so the program on trial opens it
    welcomed_on: date | None = None  # joined in the period: gets the program's welcome points
    rolling_until: date | None = None
    rolling_months: int | None = None
    tier: TierState = NO_STATE
    turnover: Turnover = NO_TURNOVER
    visits: int = 0
    tags: frozenset[str] = frozenset()
    group_days: Mapping[str, date | None] = field(default_factory=dict)  # last day of each document
    source: str = ""
    birth_date: date | None = None
    sex: str = ""
    opening: Sequence[PastLot] = ()  # oldest first
    given: Sequence[PastLot] = ()  # by day
    receipts: Sequence[PastReceipt] = ()

    def social_groups_on(self, day: date) -> frozenset[str]:
        if not self.group_days:
            return NO_GROUPS
        return frozenset(code for code, last in self.group_days.items() if last is None or day <= last)
