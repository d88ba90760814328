"""Maker and checker: discounts change only when somebody other than their authors looks at them.

The answer does not depend on who asks; `versions.publish` applies it under the lock of all acts on versions.
"""

from collections.abc import Mapping
from typing import Any

from loyalty.models import ProgramVersion

Document = Mapping[str, Any]


class SecondPersonNeeded(Exception):
    """The version changes discounts: an author of it can't be the one who publishes it."""

    def __init__(self, *, number: int) -> None:
        super().__init__(f"version {number} needs a second person")
        self.number = number


def needs_second_person(version: ProgramVersion, *, replaced: ProgramVersion | None) -> bool:
    """Whether the version differs in discounts from the one it replaces, and either of the two asks for it.

    Either: else a version that switches the second person off would need nobody's consent.
    """
    before: Document = replaced.document if replaced else {}
    after: Document = version.document
    return (_asks_for_one(before) or _asks_for_one(after)) and _discounts(before) != _discounts(after)


def _asks_for_one(document: Document) -> bool:
    return bool(document.get("discounts", {}).get("needs_second_person", True))


def _discounts(document: Document) -> Document:
    """The section without what says nothing: an empty list of promotions is no promotion."""
    section = {"needs_second_person": True} | document.get("discounts", {})
    return {name: value for name, value in section.items() if value != []}
