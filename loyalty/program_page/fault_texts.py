"""Faults of a document as a form says them: what the person knows by name is not called by its path or code."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from loyalty.program import faults
from loyalty.program.places import LISTS, Document, Place, place_of, rules_of, value_at
from loyalty.program.telling import in_language
from loyalty.program_page.choices import INDENT, Choices
from loyalty.rules.shapes import Fault

EMPTY = frozenset({"missing", "empty_text"})
NO_RULE = ("$.earning.rules", "too_few")


def fault_text(fault: Fault, *, document: Document, choices: Choices | None = None) -> str:
    """Why the value can't stay as it is, as a sentence for its field."""
    if fault.code in EMPTY:
        return _("Fill this in.")
    if (fault.path, fault.code) == NO_RULE:
        return _("A program needs at least one earning rule.")
    choices = choices or Choices()
    data = {name: _said(name, value, document=document, choices=choices) for name, value in fault.data.items()}
    return capfirst(faults.reason(Fault(fault.path, fault.code, data)))


def place_title(document: Document, place: Place) -> str:
    """The name of the rule or tier that the place is in; empty outside of both."""
    for length in range(len(place), 0, -1):
        title = value_at(document, (*place[:length], "title"))
        if isinstance(title, dict):
            return in_language({"ru": "", "en": ""} | title)
    return ""


def _said(name: str, value: Any, *, document: Document, choices: Choices) -> Any:
    match name:
        case "other":
            title = place_title(document, place_of(str(value)))
            return _("“%(title)s”") % {"title": title} if title else value
        case "tier":
            levels = value_at(document, ("tiers", "levels")) or []
            return next((in_language(level["title"]) for level in levels if level.get("code") == value), value)
        case "rule":
            titles = {rule["code"]: rule["title"] for kind in LISTS for rule in rules_of(document, kind)}
            return in_language(titles[value]) if value in titles else value
        case "target":
            return dict([*choices.services, *choices.categories]).get(value, value).replace(INDENT, "")
        case _:
            return value
