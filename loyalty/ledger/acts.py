"""What the ledger's acts take and give back: plain frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from loyalty.models import OperationKind


class DatedDay(NamedTuple):
    """A last day (inclusive, in the home clinic's calendar) and the moment at which it ends."""

    last_day: date
    expires_at: datetime


class RollingDate(NamedTuple):
    """What a payment makes of the account's rolling date, and the months since the payment that it reckons by."""

    last_day: date
    expires_at: datetime
    months: int


@dataclass(frozen=True, slots=True)
class NewLot:
    """Points that live together. Without a last day they live by the account's rolling date, or never burn.

    Those that wait for their visit get their days when it is closed.
    """

    points: int  # > 0
    last_day: date | None = None
    expires_at: datetime | None = None
    available_at: datetime | None = None  # None: at once
    never_burns: bool = False  # then without a last day
    waits_for_visit: bool = False  # then without any day


@dataclass(frozen=True, slots=True)
class VisitLot:
    """The days that a lot gets when its visit is closed."""

    lot_id: int  # as the earning made it
    available_at: datetime
    last_day: date | None = None
    expires_at: datetime | None = None


class TakeBackPolicy(StrEnum):
    """What happens to earned points that have been spent already."""

    DEBT = "DEBT"  # booked as debt, paid by what is earned next
    ZERO = "ZERO"  # written down; nobody owes it
    OWN_ONLY = "OWN_ONLY"  # only what is left of the operation's own lots is taken; the rest stays
    PENDING_ONLY = "PENDING_ONLY"  # only what is still pending is taken; the rest stays with the patient


@dataclass(frozen=True, slots=True)
class Posted:
    """What an act did: its operation, the signed units on the account, and the account after it."""

    operation_id: int | None  # None: the act needed no operation of its own
    units: int
    balance: int
    pending: int
    debt: int
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """What one sweep slice did; without an operation nothing was due."""

    operation_id: int | None
    accounts: int
    lots: int
    units: int


@dataclass(frozen=True, slots=True)
class PastAct:
    """A past act for `replay`: lots for EARN, GIFT or OPENING, units for SPEND; neither only prolongs."""

    key: str
    account_id: int
    at: datetime
    kind: str = OperationKind.EARN
    lots: Sequence[NewLot] = ()
    units: int | None = None
    rolling: RollingDate | None = None
    reason: str = ""
    explanation: dict[str, Any] | None = None
    program_version_id: int | None = None
