"""A program being told: its document, the names of what it speaks of, and who listens.

What is internal (budgets, hold-out, offers by tag, manual discounts) is told to the staff alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.program.names import Names
from loyalty.program.word_lists import and_list, quoted
from loyalty.rules.amounts import rate_bp
from loyalty.rules.rule_checks import Placed

Document = Mapping[str, Any]


class Reader(StrEnum):
    STAFF = "staff"
    PATIENT = "patient"


class Section(StrEnum):
    """In the order in which a program is told."""

    WELCOME = "welcome"
    EARNING = "earning"
    SPENDING = "spending"
    LIFE = "life"
    TIERS = "tiers"
    DISCOUNTS = "discounts"
    GIFTS = "gifts"
    REMINDERS = "reminders"
    REFUNDS = "refunds"
    PROGRAM = "program"


SECTION_TITLES = {
    Section.WELCOME: _("Joining"),
    Section.EARNING: _("How points are earned"),
    Section.SPENDING: _("How points are spent"),
    Section.LIFE: _("How long points live"),
    Section.TIERS: _("Tiers"),
    Section.DISCOUNTS: _("Discounts and promotions"),
    Section.GIFTS: _("Points as a gift"),
    Section.REMINDERS: _("Reminders"),
    Section.REFUNDS: _("Refunds"),
    Section.PROGRAM: _("The program"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """`key` stays the same from version to version and names things by their codes; `path` leads to the field."""

    section: Section
    key: str
    path: str
    text: str
    is_internal: bool = False
    link: str = ""  # to the published rules of a promotion

    @property
    def full_text(self) -> str:
        """Where a link can't be clicked: with its address."""
        return f"{self.text} {self.link}" if self.link else self.text


@dataclass(frozen=True, slots=True)
class Telling:
    document: Document
    names: Names
    reader: Reader

    def heard(self, rules: list[Placed]) -> list[Placed]:
        """The rules that this reader may know of."""
        if self.reader is Reader.STAFF:
            return rules
        return [placed for placed in rules if not is_personal(placed)]

    @property
    def tiers(self) -> list[Document]:
        return list(self.document.get("tiers", {}).get("levels", ()))

    @property
    def has_burning(self) -> bool:
        """Some points burn; in a program without, nothing needs to be said of it."""
        document = self.document
        givers = [document.get("welcome") or {}, *document["earning"]["rules"], *document.get("gifts", ())]
        lives = [document["points"]["life"], *(giver["life"] for giver in givers if "life" in giver)]
        return any(life["kind"] != "none" for life in lives)

    def tier_titles(self, codes: list[str]) -> list[str]:
        titles = {tier["code"]: tier["title"] for tier in self.tiers}
        return [in_language(titles[code]) if code in titles else code for code in codes]

    def named(self, kind: str, codes: list[str]) -> str:
        """ "“Hygiene” and “Therapy”"."""
        return and_list([quoted(self.names.of(kind, code)) for code in codes])

    def targets(self, targets: Document) -> str:
        """Categories and services alike, by name; empty when there are none."""
        kinds = ("categories", "services")
        return and_list([quoted(self.names.of(kind, code)) for kind in kinds for code in targets.get(kind, ())])


def is_personal(placed: Placed) -> bool:
    """Tags are the clinic's own notes of a patient: nobody reads them on a public page."""
    return "tags" in placed.when


def in_language(title: Document) -> str:
    """A title in the reader's language."""
    return str(title["en"] if (get_language() or "ru").startswith("en") else title["ru"])


def title_of(placed: Placed) -> str:
    return in_language(placed.rule["title"])


def rate_by_tier(effect: Document, tier: Document) -> int:
    """Basis points that a percent effect gives to a tier."""
    return rate_bp(effect.get("percent_by_tier", {}).get(tier["code"], effect.get("percent", 0)))
