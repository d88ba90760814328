"""What the engine is told about a member, a receipt and the wish to spend.

Points are whole, money is kopecks; each day says whose calendar it is of.
Codes only: no names, no ids, nothing medical that a rule does not need.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class LineFacts:
    position: int  # unique within the receipt; the lower one is "the earlier line"
    price_kopecks: int  # of the whole line, not of one piece
    service: str | None = None
    categories: tuple[str, ...] = ()  # the service's own category first, then its ancestors
    quantity: int = 1
    doctor: str | None = None

    def __post_init__(self) -> None:
        if self.price_kopecks < 0:
            raise ValueError("a line's price must not be negative")
        if self.quantity < 1:
            raise ValueError("a line's quantity must be at least 1")


@dataclass(frozen=True, slots=True)
class PrivilegeFacts:
    """A code bought for points, presented with the receipt. With neither services nor categories it means all."""

    code: str
    kopecks: int | None = None  # off the lines it means, together; None: one piece of one of them is free
    services: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def means(self, line: LineFacts) -> bool:
        if not self.services and not self.categories:
            return True
        return line.service in self.services or not self.categories.isdisjoint(line.categories)


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    lines: tuple[LineFacts, ...]
    clinic: str  # code
    day: date  # of the patient's home clinic: lives and last days are counted from it
    minute_of_day: int = 0  # 0..1439 in the receipt clinic's zone
    clinic_day: date | None = None  # of the receipt's clinic; None = the same as `day`
    booked_online: bool = False
    manual_discount_bp: int = 0  # approved at the desk, off the whole receipt
    privileges: tuple[PrivilegeFacts, ...] = ()

    def __post_init__(self) -> None:
        if len({line.position for line in self.lines}) != len(self.lines):
            raise ValueError("two lines have the same position")

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday, where the receipt is paid."""
        return (self.clinic_day or self.day).isoweekday()

    @property
    def total_kopecks(self) -> int:
        return sum(line.price_kopecks for line in self.lines)


class MemberFacts(NamedTuple):
    is_member: bool
    tier: str | None = None  # a code that the program does not know counts as none: the turnover decides
    spendable_points: int = 0  # without what is past its day
    burning_points: int = 0  # those of the spendable that burn within the program's window
    debt_points: int = 0
    turnover_kopecks: int = 0  # paid in money, net of refunds
    visits: int = 0  # paid before this receipt; 0 = a newcomer
    tags: frozenset[str] = frozenset()
    social_groups: frozenset[str] = frozenset()  # those whose document is valid on the day
    source: str = ""
    birth_date: date | None = None
    sex: str = ""  # as the patient's card stores it: FEMALE or MALE


class SpendKind(StrEnum):
    NONE = "none"
    BURNING = "burning"
    MAXIMUM = "maximum"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class SpendChoice:
    kind: SpendKind
    points: int = 0  # asked for; only with AMOUNT

    def __post_init__(self) -> None:
        if self.points < 0:
            raise ValueError("points to spend must not be negative")
        if self.points and self.kind is not SpendKind.AMOUNT:
            raise ValueError("only the choice of an amount carries points")

    @classmethod
    def none(cls) -> "SpendChoice":
        return cls(SpendKind.NONE)

    @classmethod
    def burning(cls) -> "SpendChoice":
        return cls(SpendKind.BURNING)

    @classmethod
    def maximum(cls) -> "SpendChoice":
        return cls(SpendKind.MAXIMUM)

    @classmethod
    def amount(cls, points: int) -> "SpendChoice":
        return cls(SpendKind.AMOUNT, points)
