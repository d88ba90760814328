"""How much a rule may give: caps, budgets, and how long its points wait."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.program_page.blocks import Block, Group
from loyalty.program_page.fields import ChoiceField, FlagField, NumberField, PartField, WholeField

PERIODS = (
    ("month", _("a month")),
    ("quarter", _("a quarter")),
    ("year", _("a year")),
    ("program", _("once and for all")),
)
WHEN_SHORT = (("", _("give what is left")), ("nothing", _("give nothing")))
POINTS = _("points")


def points_budget() -> PartField:
    return WholeField(
        label=_("To all patients together"),
        place=("budget", "points"),
        unit=POINTS,
        help_text=_("When it is used up the rule stops by itself; at 80 % you are warned."),
    )


def budget_period() -> PartField:
    return ChoiceField(label=_("Budget for"), place=("budget", "period"), choices=PERIODS, needs="budget")


def budget_when_short() -> PartField:
    return ChoiceField(
        label=_("When less is left than needed"),
        place=("budget", "when_short"),
        choices=WHEN_SHORT,
        values={"": "part"},
        needs="budget",
    )


def budget_per_clinic() -> PartField:
    return FlagField(label=_("Each clinic has this budget"), place=("budget", "per_clinic"), needs="budget")


BUDGET = Group(_("Budget"), ("budget", "budget_period", "budget_per_clinic", "budget_when_short"), is_folded=True)


class EarningLimitsBlock(Block):
    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (
        Group(_("Limits"), ("per_receipt", "per_patient", "per_patient_period"), is_folded=True),
        BUDGET,
        Group(pgettext_lazy("of points", "Waiting"), ("pending_days", "pending_from"), is_folded=True),
    )

    per_receipt = WholeField(label=_("At most on a receipt"), place=("cap_points_per_receipt",), unit=POINTS)
    per_patient = WholeField(
        label=_("At most to a patient"), place=("cap_points_per_patient", "points"), unit=POINTS
    )
    per_patient_period = ChoiceField(
        label=_("Within"), place=("cap_points_per_patient", "period"), choices=PERIODS, needs="per_patient"
    )
    budget = points_budget()
    budget_period = budget_period()
    budget_per_clinic = budget_per_clinic()
    budget_when_short = budget_when_short()
    pending_days = WholeField(
        label=_("Days until the points may be spent"),
        unit=_("days"),
        help_text=_("Empty: as all points of the program."),
    )
    pending_from = ChoiceField(
        label=_("Counted from"),
        choices=(
            ("", _("as all points of the program")),
            ("payment", _("the payment")),
            ("visit_closed", _("the moment when the visit is closed at the desk")),
        ),
    )


class PromotionLimitsBlock(Block):
    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (BUDGET,)

    budget = NumberField(
        label=_("To all patients together"),
        place=("budget", "roubles"),
        unit="₽",
        help_text=_("When it is used up the promotion stops by itself; at 80 % you are warned."),
    )
    budget_period = budget_period()
    budget_per_clinic = budget_per_clinic()
    budget_when_short = budget_when_short()


class GiftLimitsBlock(Block):
    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (BUDGET,)

    budget = points_budget()
    budget_period = budget_period()
    budget_per_clinic = budget_per_clinic()
    budget_when_short = budget_when_short()
