"""Groups of rules in words. A group has a code and a mode, and people know it by what the mode does."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.program.places import Document, Place, value_at
from loyalty.rules.rule_checks import BASE

MODES: dict[str, dict[str, Any]] = {
    "earning": {
        "first_match": gettext_lazy("one rule counts: the nearest to the service"),
        "add_up": gettext_lazy("all rules add up"),
    },
    "discounts": {
        "best_of": gettext_lazy("one discount counts: the largest"),
        "exclusive": gettext_lazy("one discount counts: the highest priority"),
        "sequential": gettext_lazy("discounts go one after another"),
    },
}
BASE_MODES = {"earning": "first_match", "discounts": "best_of"}


def group_choices(document: Document, section: Place) -> list[tuple[str, str]]:
    """The common group first, under "", then those of the document."""
    name = str(section[0])
    groups = value_at(document, (*section, "groups")) or []
    modes = {BASE: BASE_MODES[name]} | {group["code"]: group["mode"] for group in groups}
    common = _("common: %(mode)s") % {"mode": MODES[name][modes.pop(BASE)]}
    return [("", common)] + [
        (code, group_title(number, mode=mode, section=section))
        for number, (code, mode) in enumerate(modes.items(), start=1)
    ]


def group_title(number: int, *, mode: str, section: Place) -> str:
    """`Group 1: all rules add up`."""
    return _("Group %(number)s: %(mode)s") % {"number": number, "mode": MODES[str(section[0])][mode]}
