"""How long points live and from when they may be spent, of all points or of those that one rule gives."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.program.telling import Telling
from loyalty.rules.compilation import VISIT_CLOSES_AFTER_DAYS
from loyalty.rules.life import PendingFrom

Document = Mapping[str, Any]

WAIT = ("pending_days", "pending_from")
AT_ONCE: Document = {"pending_days": 0, "pending_from": PendingFrom.PAYMENT.value}


def common_life(life: Document) -> str:
    return COMMON[life["kind"]](life)


def common_wait(points: Document) -> str:
    """Empty when points can be spent at once."""
    days = points.get("pending_days", 0)
    if _waits_for_visit(points):
        return _common_visit_wait(days)
    if not days:
        return ""
    return ngettext(
        "Points can be spent %(count)s day after they are given; their life counts from then.",
        "Points can be spent %(count)s days after they are given; their life counts from then.",
        days,
    ) % {"count": days}


def _common_visit_wait(days: int) -> str:
    if not days:
        return _("Points can be spent once the visit is closed; their life counts from then.")
    return ngettext(
        "Points can be spent %(count)s day after the visit is closed; their life counts from then.",
        "Points can be spent %(count)s days after the visit is closed; their life counts from then.",
        days,
    ) % {"count": days}


def forgotten_visit(document: Document) -> str:
    """Empty when no points wait for a visit, and the program says nothing of it."""
    points = document["points"]
    givers = [points, *document["earning"]["rules"]]
    if "visit_closes_after_days" not in points and not any(_waits_for_visit(giver) for giver in givers):
        return ""
    days = points.get("visit_closes_after_days", VISIT_CLOSES_AFTER_DAYS)
    return ngettext(
        "A visit that nobody has closed is closed by itself in the night %(count)s day after the payment.",
        "A visit that nobody has closed is closed by itself in the night %(count)s days after the payment.",
        days,
    ) % {"count": days}


def own_life(rule: Document, telling: Telling) -> str:
    """Of the points that a rule gives; empty when they live like all others."""
    common = telling.document["points"]["life"]
    life = rule.get("life", common)
    return "" if life == common else OWN[life["kind"]](life)


def own_wait(rule: Document, telling: Telling) -> str:
    """Of the points that a rule gives; empty when they wait as long as all others."""
    points = telling.document["points"]
    common = {name: points[name] for name in WAIT if name in points}
    own = common | {name: rule[name] for name in WAIT if name in rule}
    days = own.get("pending_days", 0)
    if days == common.get("pending_days", 0) and _waits_for_visit(own) == _waits_for_visit(common):
        return ""
    if _waits_for_visit(own):
        return _own_visit_wait(days)
    if not days:
        return _("These points can be spent at once.")
    return ngettext(
        "These points can be spent %(count)s day after they are given.",
        "These points can be spent %(count)s days after they are given.",
        days,
    ) % {"count": days}


def _own_visit_wait(days: int) -> str:
    if not days:
        return _("These points can be spent once the visit is closed.")
    return ngettext(
        "These points can be spent %(count)s day after the visit is closed.",
        "These points can be spent %(count)s days after the visit is closed.",
        days,
    ) % {"count": days}


def _waits_for_visit(giver: Document) -> bool:
    return bool(giver.get("pending_from") == PendingFrom.VISIT_CLOSED)


def _days(life: Document) -> str:
    words = {"count": life["days"]}
    if life.get("counts_day_of_issue", False):
        return (
            ngettext(
                "Points live %(count)s day, counting the day on which they are given.",
                "Points live %(count)s days, counting the day on which they are given.",
                life["days"],
            )
            % words
        )
    return (
        ngettext(
            "Points burn %(count)s day after they are given.",
            "Points burn %(count)s days after they are given.",
            life["days"],
        )
        % words
    )


def _months(life: Document) -> str:
    return ngettext(
        "Points burn %(count)s month after they are given.",
        "Points burn %(count)s months after they are given.",
        life["months"],
    ) % {"count": life["months"]}


def _rolling(life: Document) -> str:
    return ngettext(
        "Points burn %(count)s month after the last payment.",
        "Points burn %(count)s months after the last payment.",
        life["months"],
    ) % {"count": life["months"]}


def _own_days(life: Document) -> str:
    words = {"count": life["days"]}
    if life.get("counts_day_of_issue", False):
        return (
            ngettext(
                "These points live %(count)s day, counting the day on which they are given.",
                "These points live %(count)s days, counting the day on which they are given.",
                life["days"],
            )
            % words
        )
    return (
        ngettext(
            "These points burn %(count)s day after they are given.",
            "These points burn %(count)s days after they are given.",
            life["days"],
        )
        % words
    )


def _own_months(life: Document) -> str:
    return ngettext(
        "These points burn %(count)s month after they are given.",
        "These points burn %(count)s months after they are given.",
        life["months"],
    ) % {"count": life["months"]}


def _own_rolling(life: Document) -> str:
    return ngettext(
        "These points burn %(count)s month after the last payment.",
        "These points burn %(count)s months after the last payment.",
        life["months"],
    ) % {"count": life["months"]}


COMMON: dict[str, Callable[[Document], str]] = {
    "none": lambda _life: _("Points never burn."),
    "days": _days,
    "months": _months,
    "rolling_months": _rolling,
    "end_of_month": lambda _life: _("Points burn at the end of the month in which they are given."),
    "end_of_quarter": lambda _life: _("Points burn at the end of the quarter in which they are given."),
    "end_of_year": lambda _life: _("Points burn at the end of the year in which they are given."),
}
OWN: dict[str, Callable[[Document], str]] = {
    "none": lambda _life: _("These points never burn."),
    "days": _own_days,
    "months": _own_months,
    "rolling_months": _own_rolling,
    "end_of_month": lambda _life: _("These points burn at the end of the month in which they are given."),
    "end_of_quarter": lambda _life: _("These points burn at the end of the quarter in which they are given."),
    "end_of_year": lambda _life: _("These points burn at the end of the year in which they are given."),
}
