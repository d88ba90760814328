"""Privileges bought for points cover their lines: after all discounts, before points. Kopecks.

Free pieces come first, then discounts in roubles, each kind in the order of codes: the order in which the desk
scanned them changes nothing. No line goes below zero.
"""

from collections.abc import Sequence

from clinics.money import half_up, split_by_largest_remainder
from loyalty.rules.discounts import AppliedDiscount, Discounted
from loyalty.rules.facts import LineFacts, PrivilegeFacts
from loyalty.rules.reasons import Reason

_PREFIX = "privilege:"
NO_LINE = Reason("privilege_no_line")


def privilege_code(key: str) -> str:
    """What a quote calls the code with this key; no rule of a program can be called so."""
    return _PREFIX + key


def privilege_key(code: str) -> str:
    """The key in what a quote calls a privilege; empty for the code of a rule or promotion."""
    return code.removeprefix(_PREFIX) if code.startswith(_PREFIX) else ""


def cover_lines(
    discounted: Discounted, *, privileges: Sequence[PrivilegeFacts], lines: Sequence[LineFacts]
) -> Discounted:
    """`lines` come in the order in which odd kopecks are given out, as they did to the discounts."""
    costs, applied = list(discounted.costs), list(discounted.applied)
    reasons, failures = list(discounted.reasons), dict(discounted.failures)
    for privilege in sorted(privileges, key=lambda each: (each.kopecks is not None, each.code)):
        parts = _covered(privilege, lines=lines, costs=costs)
        if not any(parts):
            failures[privilege.code] = NO_LINE
            continue
        applied.append(AppliedDiscount(privilege.code, tuple(parts)))
        costs = [cost - part for cost, part in zip(costs, parts, strict=True)]
        lost = 0 if privilege.kopecks is None else privilege.kopecks - sum(parts)
        if lost:
            reasons.append(Reason("privilege_lost", (("rule", privilege.code), ("kopecks", lost))))
    return Discounted(tuple(costs), tuple(applied), tuple(reasons), failures)


def _covered(privilege: PrivilegeFacts, *, lines: Sequence[LineFacts], costs: Sequence[int]) -> list[int]:
    """What comes off each line."""
    meant = [cost if privilege.means(line) else 0 for line, cost in zip(lines, costs, strict=True)]
    if privilege.kopecks is not None:
        return split_by_largest_remainder(min(privilege.kopecks, sum(meant)), meant)
    pieces = [half_up(cost, line.quantity) for line, cost in zip(lines, meant, strict=True)]
    # Of several the dearest: the member has paid for any of them.
    best = max(range(len(pieces)), key=pieces.__getitem__, default=None)
    return [piece if index == best else 0 for index, piece in enumerate(pieces)]
