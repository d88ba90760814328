"""Read the awards of a receipt back from its stored explanation, for its refund."""

from collections.abc import Mapping
from typing import Any

from loyalty.rules.compiled import Basis
from loyalty.rules.refunds import AwardKind, GivenAward


def awards_of(explanation: Mapping[str, Any]) -> tuple[GivenAward, ...]:
    """What the rules gave, as `Quote.explanation()` wrote it down."""
    return tuple(_award(earning) for earning in explanation["earnings"])


def _award(earning: Mapping[str, Any]) -> GivenAward:
    # A percentage that a cap has cut is no longer rate x base.
    is_cut = earning["points"] < earning["exact_points"]
    return GivenAward(
        rule_code=earning["rule"],
        kind=AwardKind.SHARE if is_cut else AwardKind.PERCENT,
        points=earning["points"],
        rate_bp=earning["rate_bp"],
        basis=Basis(earning["basis"]),
        base_kopecks=earning["base_kopecks"],
        positions=tuple(line["position"] for line in earning["lines"]),
    )
