"""What an earning rule gives, and what all earning rules share."""

from collections.abc import Iterator
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from loyalty.program.places import value_at
from loyalty.program.telling import in_language
from loyalty.program_page.blocks import Block, Group, KindBlock, Setting, Target
from loyalty.program_page.fields import ChoiceField, CodesField, FlagField, NumberField, WholeField
from loyalty.program_page.services_field import ServicesField

RATE = "rate-"


class EarningEffectBlock(KindBlock):
    """A percent may be one for all, one per tier, or both: the common one is for tiers without their own."""

    heading = _("What it gives")
    kinds = {
        "percent": _("a percent of what is paid in money"),
        "fixed": _("the same number of points each time"),
        "multiplier": _("multiplies the points of the percent rules"),
    }
    first_kind = "percent"

    percent = NumberField(label=_("For everybody"), kind="percent", unit="%")
    points = WholeField(label=_("Points"), kind="fixed", unit=_("points"))
    per = ChoiceField(
        label=_("For"),
        kind="fixed",
        choices=(("visit", _("the visit")), ("line", _("every service that it means"))),
    )
    times = NumberField(
        label=_("Times"), kind="multiplier", unit=_("times"), help_text=_("2 doubles the points, 1,5 adds a half.")
    )

    def prepare(self, setting: Setting) -> None:
        for level in value_at(setting.document, ("tiers", "levels")) or []:
            self.fields[RATE + level["code"]] = NumberField(
                label=in_language(level["title"]),
                place=("percent_by_tier", level["code"]),
                kind="percent",
                unit="%",
            )

    def targets(self) -> Iterator[Target]:
        yield from super().targets()
        # A rule without any rate, and a tier that was left out, are faults of the common percent.
        if self["kind"].value() == "percent":
            yield Target((*self.part, "percent_by_tier"), self, "percent")


class EarningCommonBlock(Block):
    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (
        Group(_("What earns no points"), ("categories", "services", "on_points")),
        Group(_("Limits"), ("per_receipt",)),
    )

    categories = CodesField(
        label=_("Categories of services"),
        place=("nothing_on", "categories"),
        help_text=_("With everything below them, unless a rule names something nearer to the service."),
    )
    services = ServicesField(label=_("Services"), place=("nothing_on", "services"))
    on_points = FlagField(
        label=_("The part of a receipt that is paid with points earns points too"),
        place=("on_part_paid_with_points",),
    )
    per_receipt = WholeField(
        label=_("At most on a receipt, all rules together"),
        place=("cap_points_per_receipt",),
        unit=_("points"),
    )

    def prepare(self, setting: Setting) -> None:
        self.fields["categories"].offer(setting.choices.categories)  # type: ignore[attr-defined]
        self.fields["services"].offer(setting.choices.services)  # type: ignore[attr-defined]
