"""Points, spending, welcome and reminders: parts of which every program has one."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.program.places import value_at
from loyalty.program.telling import in_language
from loyalty.program_page.blocks import Block, Group, Setting
from loyalty.program_page.fields import (
    ChoiceField,
    CodesField,
    FlagField,
    NumberField,
    WholeField,
    WholesField,
    wide_select,
)
from loyalty.program_page.services_field import ServicesField


class PointsBlock(Block):
    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (
        Group("", ("value_kopecks", "burning_window_days")),
        Group(pgettext_lazy("of points", "Waiting"), ("pending_days", "pending_from", "visit_closes_after_days")),
        Group(_("At a refund"), ("lot_grace_days", "negative_policy")),
    )

    value_kopecks = WholeField(
        label=_("A point is worth"), unit=_("kopecks"), help_text=_("100: one point is one rouble off.")
    )
    pending_days = WholeField(
        label=_("Points may be spent after"),
        unit=_("days"),
        placeholder="0",
        help_text=_("0: at once. Their life begins then."),
    )
    pending_from = ChoiceField(
        widget=wide_select(),
        label=_("Counted from"),
        choices=(("", _("the payment")), ("visit_closed", _("the moment when the visit is closed at the desk"))),
        values={"": "payment"},
    )
    visit_closes_after_days = WholeField(
        label=_("A forgotten visit is closed by the night"),
        unit=_("days after the payment"),
        placeholder="7",
        help_text=_("Only where points wait for their visit to be closed."),
    )
    burning_window_days = WholeField(label=_("Shown as burning soon"), unit=_("days before"), placeholder="30")
    lot_grace_days = WholeField(
        label=_("Returned points that have burnt meanwhile live"), unit=_("days"), placeholder="14"
    )
    negative_policy = ChoiceField(
        widget=wide_select(),
        label=_("When the earned points have been spent"),
        choices=(
            ("", _("the patient owes them: new points pay the debt")),
            ("zero", _("the clinic writes them off")),
            ("pending_only", _("only points that can't be spent yet are taken")),
        ),
        values={"": "debt"},
    )


class RedemptionBlock(Block):
    """The caps of the tiers stand here too: they are one sentence."""

    is_optional = False
    heading = _("How much of a receipt points may pay")
    lead = _("Counted of the services that points may pay at all.")

    cap_percent = NumberField(
        label=_("For everybody"), unit="%", help_text=_("A tier with a limit of its own goes first.")
    )
    proof_required = FlagField(
        label=_("The patient confirms every spending"),
        otherwise=True,
        help_text=_("By the QR or the code of the card page, or a code by SMS."),
    )

    def prepare(self, setting: Setting) -> None:
        for index, level in enumerate(value_at(setting.document, ("tiers", "levels")) or []):
            at = ("tiers", "levels", index, "redemption_cap_percent")
            self.fields[f"cap-{index}"] = NumberField(label=in_language(level["title"]), at=at, unit="%")


class ExclusionsBlock(Block):
    heading = _("What points can't pay")
    is_optional = False

    categories = CodesField(
        label=_("Categories of services"),
        place=("nothing_on", "categories"),
        help_text=_("With everything below them."),
    )
    services = ServicesField(label=_("Services"), place=("nothing_on", "services"))

    def prepare(self, setting: Setting) -> None:
        self.fields["categories"].offer(setting.choices.categories)  # type: ignore[attr-defined]
        self.fields["services"].offer(setting.choices.services)  # type: ignore[attr-defined]


class WelcomeBlock(Block):
    is_optional = False

    points = WholeField(label=_("A new member gets"), unit=_("points"))


class RemindersBlock(Block):
    is_optional = False

    days_before = WholesField(
        label=_("Days before burning"),
        help_text=_("The earliest reminder first, for example: 14, 5. Empty: no reminders."),
    )
    holdout_percent = NumberField(
        label=_("Patients who get none"),
        unit="%",
        placeholder="0",
        help_text=_("They are compared with the others: so you see what reminders bring."),
    )
    attribution_days = WholeField(label=_("A visit counts to a reminder within"), unit=_("days"), placeholder="14")
