"""The answer to "what would this receipt spend and earn": frozen values, an explanation of codes
and numbers, and a fingerprint. The desk's preview, the posting and the explanation are this one value.

What a quote has many of are tuples: the engine makes a tuple in a quarter of the time of a frozen dataclass."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from loyalty.rules.compiled import Basis
from loyalty.rules.facts import SpendChoice
from loyalty.rules.life import Life, LifeKind, Opening
from loyalty.rules.reasons import Reason

EXPLANATION_VERSION = 2


class EarningKind(StrEnum):
    """How the points of a rule came about; decides what a refund takes back."""

    PERCENT = "PERCENT"
    LINE = "LINE"  # fixed, for every line
    VISIT = "VISIT"  # fixed, once a visit


@dataclass(frozen=True, slots=True)
class DiscountQuote:
    """What one promotion, or the manual discount, takes off the receipt."""

    code: str
    kopecks: int
    lines: tuple[tuple[int, int], ...]  # position and kopecks, those above zero


class Skipped(NamedTuple):
    """A rule or promotion that was looked at and gives nothing on this receipt."""

    code: str
    reason: Reason


class LineQuote(NamedTuple):
    position: int
    price_kopecks: int
    discount_kopecks: int
    is_eligible: bool  # may be paid with points
    spend_limit: int  # points; the line's share of the receipt's limit
    points: int  # spent on this line
    money_kopecks: int  # price - discount - value of the points
    earned_points: int
    reasons: tuple[Reason, ...]


class EarningLine(NamedTuple):
    """What a rule gives on one line; becomes an Award."""

    position: int
    points: int
    base_kopecks: int


class EarningQuote(NamedTuple):
    """What one rule gives on the receipt."""

    rule_code: str
    kind: EarningKind
    rate_bp: int  # of a percentage
    basis: Basis
    base_kopecks: int
    points: int  # given
    exact_points: int  # before caps
    lines: tuple[EarningLine, ...]
    life: Life
    last_day: date | None
    available_on: date
    on_closing: Opening | None = (
        None  # set: the points wait for their visit, the days are those of closing it at once
    )


class LotPlan(NamedTuple):
    """Points earned together: one lot.

    With `on_closing` the points wait until their visit is closed; `last_day` and `available_on` are then those of
    a visit that is closed on the day of the receipt.
    """

    points: int
    last_day: date | None  # None: the account's rolling date, or never
    available_on: date
    rule_codes: tuple[str, ...]
    never_burns: bool = False
    on_closing: Opening | None = None


class SpendQuote(NamedTuple):
    choice: SpendChoice
    cap_bp: int
    eligible_kopecks: int
    limit: int  # points that the rules allow on this receipt
    available: int  # points that this member can spend on it: the limit, spendable points, no debt
    requested: int
    points: int  # that will be spent
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    tier: str | None
    total_kopecks: int
    discount_kopecks: int
    money_kopecks: int  # to pay
    discounts: tuple[DiscountQuote, ...]  # in the order in which they came off
    spend: SpendQuote
    lines: tuple[LineQuote, ...]
    earnings: tuple[EarningQuote, ...]
    lots: tuple[LotPlan, ...]
    reasons: tuple[Reason, ...]  # about the receipt as a whole
    skipped: tuple[Skipped, ...]  # by code

    @property
    def spend_limit(self) -> int:
        return self.spend.limit

    @property
    def earned_points(self) -> int:
        return sum(earning.points for earning in self.earnings)

    @property
    def waiting_points(self) -> int:
        """Of those earned: become available when the visit is closed, or days after that."""
        return sum(lot.points for lot in self.lots if lot.on_closing)

    def given_by(self, code: str) -> int:
        """What a rule gives in points, or a promotion in kopecks: in the unit of its limits."""
        points = sum(earning.points for earning in self.earnings if earning.rule_code == code)
        return points + sum(discount.kopecks for discount in self.discounts if discount.code == code)

    @property
    def fingerprint(self) -> str:
        """Equal for equal results; another one means that the member must see the new quote."""
        return fingerprint_of(self.explanation())

    def why_earned(self) -> dict[str, Any]:
        """The part of the explanation that the earning keeps: what was given, what came off, and why not more."""
        whole = self.explanation()
        return {name: whole[name] for name in ("earnings", "discounts", "reasons", "skipped")}

    def explanation(self) -> dict[str, Any]:
        """Codes and numbers only, ready for JSON; `loyalty.explanations` makes sentences of it."""
        return {
            "version": EXPLANATION_VERSION,
            "tier": self.tier,
            "total_kopecks": self.total_kopecks,
            "discount_kopecks": self.discount_kopecks,
            "money_kopecks": self.money_kopecks,
            "earned_points": self.earned_points,
            "discounts": [_discount_as_json(discount) for discount in self.discounts],
            "spend": _spend_as_json(self.spend),
            "lines": [_line_as_json(line) for line in self.lines],
            "earnings": [_earning_as_json(earning) for earning in self.earnings],
            "lots": [_lot_as_json(lot) for lot in self.lots],
            "reasons": [reason.as_json() for reason in self.reasons],
            "skipped": [{"rule": each.code, **each.reason.as_json()} for each in self.skipped],
        }


def fingerprint_of(explanation: Mapping[str, Any]) -> str:
    """The fingerprint of the quote that this explanation, perhaps stored with a receipt, is of."""
    text = json.dumps(explanation, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _discount_as_json(discount: DiscountQuote) -> dict[str, Any]:
    return {
        "code": discount.code,
        "kopecks": discount.kopecks,
        "lines": [list(share) for share in discount.lines],
    }


def _spend_as_json(spend: SpendQuote) -> dict[str, Any]:
    return {
        "choice": spend.choice.kind.value,
        "cap_bp": spend.cap_bp,
        "eligible_kopecks": spend.eligible_kopecks,
        "limit": spend.limit,
        "available": spend.available,
        "requested": spend.requested,
        "points": spend.points,
        "reasons": [reason.as_json() for reason in spend.reasons],
    }


def _line_as_json(line: LineQuote) -> dict[str, Any]:
    return {
        "position": line.position,
        "price_kopecks": line.price_kopecks,
        "discount_kopecks": line.discount_kopecks,
        "is_eligible": line.is_eligible,
        "spend_limit": line.spend_limit,
        "points": line.points,
        "money_kopecks": line.money_kopecks,
        "earned_points": line.earned_points,
        "reasons": [reason.as_json() for reason in line.reasons],
    }


def _earning_as_json(earning: EarningQuote) -> dict[str, Any]:
    return {
        "rule": earning.rule_code,
        "kind": earning.kind.value,
        "rate_bp": earning.rate_bp,
        "basis": earning.basis.value,
        "base_kopecks": earning.base_kopecks,
        "points": earning.points,
        "exact_points": earning.exact_points,
        "life": {"kind": earning.life.kind.value, "length": earning.life.length},
        **_days_as_json(earning),
    }


def _lot_as_json(lot: LotPlan) -> dict[str, Any]:
    return {
        "points": lot.points,
        "rules": list(lot.rule_codes),
        "never_burns": lot.never_burns,
        **_days_as_json(lot),
    }


def _days_as_json(given: EarningQuote | LotPlan) -> dict[str, Any]:
    if given.on_closing is None:
        return {"last_day": _day(given.last_day), "available_on": _day(given.available_on)}
    return {"on_closing": opening_as_json(given.on_closing)}


def opening_as_json(opening: Opening) -> dict[str, Any]:
    life = opening.life
    return {
        "life": {"kind": life.kind.value, "length": life.length, "counts_day_of_issue": life.counts_day_of_issue},
        "pending_days": opening.pending_days,
    }


def opening_of(stored: Mapping[str, Any]) -> Opening:
    """What `opening_as_json` has stored."""
    life = stored["life"]
    return Opening(
        Life(LifeKind(life["kind"]), life["length"], counts_day_of_issue=life["counts_day_of_issue"]),
        stored["pending_days"],
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
