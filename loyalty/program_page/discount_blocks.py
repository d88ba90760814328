"""Promotions, and what staff may take off by hand."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.program.places import put_value, value_at
from loyalty.program_page.blocks import Block, Group, KindBlock
from loyalty.program_page.fields import DayField, FlagField, NumberField, TextField, WholeField


class DiscountEffectBlock(KindBlock):
    heading = _("What comes off")
    kinds = {
        "percent": _("a percent of the price"),
        "amount": _("an amount off the receipt"),
        "fixed_price": _("a price of its own"),
        "free_line": _("the cheapest services are free"),
    }
    first_kind = "percent"

    percent = NumberField(label=_("Percent"), kind="percent", unit="%")
    amount = NumberField(label=_("Amount"), place=("roubles",), kind="amount", unit="₽")
    price = NumberField(
        label=_("Price of one"),
        place=("roubles",),
        kind="fixed_price",
        unit="₽",
        help_text=_("What is cheaper keeps its price."),
    )
    lines = WholeField(
        label=_("How many"), kind="free_line", unit=pgettext_lazy("how many", "services"), placeholder="1"
    )


class PromotionDaysBlock(Block):
    """Both days and the link are asked for: nobody has to wonder what was promised."""

    heading = _("How long, and where its rules are")
    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (Group("", ("first_day", "last_day", "rules_link")),)

    first_day = DayField(label=_("First day"), place=("days", "first_day"))
    last_day = DayField(label=_("Last day, inclusive"), place=("days", "last_day"))
    rules_link = TextField(
        label=_("Link to the rules"),
        help_text=_("A page that patients can read: https://… or a page of this site, like /rules/."),
        widget=forms.TextInput({"class": "wide", "inputmode": "url"}),
    )


class ManualDiscountBlock(Block):
    """A role that is left empty gives nothing by itself."""

    lead = _("Above one's own maximum another person has to approve the discount, with a reason.")
    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (
        Group(_("What a role may take off by itself"), ("receptionist", "senior", "manager")),
        Group(_("With an approval"), ("most", "request_hours")),
    )

    receptionist = NumberField(
        label=_("Receptionist"), place=("most_percent_by_role", "receptionist"), unit="%", placeholder="0"
    )
    senior = NumberField(
        label=_("Senior receptionist"), place=("most_percent_by_role", "senior"), unit="%", placeholder="0"
    )
    manager = NumberField(label=_("Manager"), place=("most_percent_by_role", "manager"), unit="%", placeholder="0")
    most = NumberField(label=_("At most"), place=("most_percent",), unit="%", placeholder="100")
    request_hours = WholeField(label=_("A request waits for"), unit=_("hours"), placeholder="24")

    def write(self, document: dict[str, Any]) -> None:
        super().write(document)
        # All roles empty: nobody gives a discount alone, and an approval may.
        place = (*self.part, "most_percent_by_role")
        if value_at(document, place) is None:
            put_value(document, place, {})


class SecondPersonBlock(Block):
    is_optional = False

    needs_second_person = FlagField(
        label=_("Changed discounts are published by another person than those who changed them"), otherwise=True
    )
