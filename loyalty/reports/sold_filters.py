"""Filters of lists of what was sold: how the patient was found, what brought them, on which tier they stood.

What receipts keep may be named nowhere any more, and may be unknown: both can be asked about.
"""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.figures.channels import channel_choices
from loyalty.figures.panel import WITH_CARD
from loyalty.models import Receipt, Standing
from loyalty.reports.filters import PeriodFilters
from loyalty.reports.scope import Scope

# No code of a channel or a tier looks like it.
NOT_KNOWN = "~"
WITHOUT_CARD = frozenset(Receipt.IdentifiedBy.values) - WITH_CARD
# Several ways at once.
WAYS = {"with_card": WITH_CARD, "without_card": WITHOUT_CARD}
BROUGHT = {
    "friend": {"invited": True},
    "both": {"invited": True, "has_channel": True},
    "any": {"brought": True},
}


class ChannelFilters(PeriodFilters):
    channel = django_filters.ChoiceFilter(label=_("Channel of the receipt"), empty_label=_("Any"), choices=())

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        chosen = super().choices()
        named = [*channel_choices(chosen["source"]), (NOT_KNOWN, str(_("not known")))]
        asked = str(self.data.get("channel") or "")
        kept = Receipt.objects.filter(clinic__in=self.clinics, channel=asked)
        return chosen | {"channel": with_asked(asked, named, kept)}


class SoldFilters(ChannelFilters):
    identified_by = django_filters.ChoiceFilter(
        label=_("Patient found by"),
        empty_label=_("Any way"),
        choices=[
            *Receipt.IdentifiedBy.choices, ("with_card", _("card number or QR code")),
            ("without_card", _("any other way")),
        ],
    )  # fmt: skip
    receipt_tier = django_filters.ChoiceFilter(label=_("Tier at the receipt"), empty_label=_("Any"), choices=())

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        chosen = super().choices()
        return chosen | {
            "receipt_tier": known_tiers(self, str(self.data.get("receipt_tier") or ""), chosen["tier"])
        }


def known_tiers(filters: PeriodFilters, asked: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of the program, none at all, and one that it has no more while a receipt or a patient keeps it."""
    receipts = Receipt.objects.filter(clinic__in=filters.clinics, tier=asked)
    people = Standing.objects.filter(patient__home_clinic__in=filters.clinics, tier=asked)
    return with_asked(asked, [*choices, (NOT_KNOWN, str(_("without a tier")))], people, receipts)


def with_asked(asked: str, choices: list[tuple[str, str]], *kept: QuerySet[Any]) -> list[tuple[str, str]]:
    """The choices, and the one asked about where nothing names it and something still keeps it."""
    is_kept = asked and asked not in dict(choices) and any(rows.exists() for rows in kept)
    return [*choices, (asked, asked)] if is_kept else choices


def narrowed(scope: Scope) -> dict[str, Any]:
    """What was chosen, as conditions of `sold.ALSO`."""
    also: dict[str, Any] = {name: scope.choices[name] for name in ("patient",) if name in scope.choices}
    for name in ("channel", "receipt_tier"):
        if name in scope.choices:
            also[name] = "" if scope.choices[name] == NOT_KNOWN else scope.choices[name]
    if "identified_by" in scope.choices:
        way = scope.choices["identified_by"]
        also["identified_by"] = sorted(WAYS.get(way, {way}))
    return also | BROUGHT.get(str(scope.choices.get("brought")), {})
