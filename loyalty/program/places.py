"""Places inside a program document: what stands there, and how to put something else there.

The functions that change a document change the one they are given: make a `copy_of` first.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]
Place = tuple[str | int, ...]  # ("earning", "rules", 0, "when"): fields by name, items by number

STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


class RuleKind(StrEnum):
    EARNING = "earning"
    PROMOTION = "promotion"
    GIFT = "gift"


LISTS: dict[RuleKind, Place] = {
    RuleKind.EARNING: ("earning", "rules"),
    RuleKind.PROMOTION: ("discounts", "promotions"),
    RuleKind.GIFT: ("gifts",),
}


def place_of(path: str) -> Place:
    """`$.earning.rules[0].when` as a place."""
    return tuple(int(number) if number else name for name, number in STEP.findall(path))


def copy_of(document: Document) -> dict[str, Any]:
    """One that may be changed."""
    return deepcopy(dict(document))


def value_at(document: Any, place: Place) -> Any:
    """What stands at the place; None when there is nothing."""
    value = document
    for step in place:
        if isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


def put_value(document: dict[str, Any], place: Place, value: Any) -> None:
    """Put the value at the place; objects on the way are made, and a list's next item."""
    holder: Any = document
    for step in place[:-1]:
        if isinstance(holder, list):
            if step == len(holder):
                holder.append({})
        elif holder.get(step) is None:
            holder[step] = {}
        holder = holder[step]
    if isinstance(holder, list) and place[-1] == len(holder):
        holder.append(value)
    else:
        holder[place[-1]] = value


def take_out(document: dict[str, Any], place: Place, *, keep: Place = ()) -> None:
    """Take out what stands at the place, and objects that this empties, down to `keep` (which stays)."""
    holder = value_at(document, place[:-1])
    if isinstance(holder, dict):
        holder.pop(place[-1], None)
        if not holder and len(place) - 1 > len(keep):
            take_out(document, place[:-1], keep=keep)
    elif isinstance(holder, list) and isinstance(place[-1], int) and place[-1] < len(holder):
        del holder[place[-1]]


def rules_of(document: Document, kind: RuleKind) -> list[Document]:
    found: list[Document] = value_at(document, LISTS[kind]) or []
    return found


def rule_place(document: Document, kind: RuleKind, code: str) -> Place | None:
    """Where the rule stands; None when the document has no such rule."""
    codes = [rule["code"] for rule in rules_of(document, kind)]
    return (*LISTS[kind], codes.index(code)) if code in codes else None
