"""Which part of a receipt goes back: all that is left, some lines, an amount per line, or one amount.

A portion is plain data, so that a refund sent again can be told from another one under the same key.
Amounts are kopecks of what the lines cost.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from loyalty.rules.refunds import (
    RefundPlan,
    plan_amount_refund,
    plan_full_refund,
    plan_lines_refund,
    plan_part_of_lines_refund,
)
from loyalty.rules.sold import SoldReceipt


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is left of the receipt."""

    def plan(self, receipt: SoldReceipt) -> RefundPlan:
        """Raises NothingLeft."""
        return plan_full_refund(receipt)

    def as_json(self) -> dict[str, Any]:
        return {"kind": "everything"}


@dataclass(frozen=True, slots=True)
class ChosenLines:
    """All that is left of these lines."""

    positions: Collection[int]

    def plan(self, receipt: SoldReceipt) -> RefundPlan:
        """Raises UnknownLine and NothingLeft."""
        return plan_lines_refund(receipt, self.positions)

    def as_json(self) -> dict[str, Any]:
        return {"kind": "lines", "positions": sorted(self.positions)}


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """An amount of each of these lines."""

    kopecks: Mapping[int, int]  # by position

    def plan(self, receipt: SoldReceipt) -> RefundPlan:
        """Raises UnknownLine, MoreThanLeft and NothingLeft."""
        return plan_part_of_lines_refund(receipt, self.kopecks)

    def as_json(self) -> dict[str, Any]:
        return {"kind": "line_amounts", "kopecks": [[line, self.kopecks[line]] for line in sorted(self.kopecks)]}


@dataclass(frozen=True, slots=True)
class SpreadAmount:
    """One amount, spread over the lines by what is left on them."""

    kopecks: int

    def plan(self, receipt: SoldReceipt) -> RefundPlan:
        """Raises MoreThanLeft and NothingLeft."""
        return plan_amount_refund(receipt, kopecks=self.kopecks)

    def as_json(self) -> dict[str, Any]:
        return {"kind": "amount", "kopecks": self.kopecks}


Portion = Everything | ChosenLines | LineAmounts | SpreadAmount
EVERYTHING = Everything()
