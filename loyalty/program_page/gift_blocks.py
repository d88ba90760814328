"""For what a gift is given, and how much."""

from django.utils.translation import gettext_lazy as _

from loyalty.program.places import value_at
from loyalty.program.review_platforms import PLATFORMS
from loyalty.program_page.blocks import Block, KindBlock, Setting
from loyalty.program_page.fields import ChoiceField, CodesField, NumberField, WholeField
from loyalty.program_page.services_field import ServicesField

CHANNEL_LINKED = ("channel_linked", _("a linked channel of messages"))
ACTIVITIES = (
    ("first_log_in", _("the first log-in to the cabinet")),
    ("profile_filled", _("a filled-in profile")),
    ("booked_online", _("an online booking")),
)


class TriggerBlock(KindBlock):
    heading = _("For what it is given")
    kinds = {
        "threshold": _("payments reached a sum"),
        "habit": _("the patient came for the same again"),
        "course_finished": _("a course of treatment is finished"),
        "review": _("a review"),
        "activity": _("something done in the cabinet"),
        "friend_paid": _("a friend has paid a first visit"),
    }
    first_kind = "threshold"

    roubles = NumberField(
        label=_("Sum of payments"), kind="threshold", unit="₽", help_text=_("After a gift the count restarts.")
    )
    months = WholeField(label=_("Within"), place=("months",), kind="threshold", unit=_("months"))
    categories = CodesField(label=_("Categories of services"), place=("of", "categories"), kind="habit")
    services = ServicesField(label=_("Services"), place=("of", "services"), kind="habit")
    within_months = WholeField(label=_("Came again within"), kind="habit", unit=_("months"))
    streak = WholeField(
        label=_("Times in a row"), kind="habit", placeholder="1", help_text=_("2: for every second time in a row.")
    )
    platforms = CodesField(
        label=_("Where the review is"),
        kind="review",
        choices=PLATFORMS,
        help_text=_("The rules of public sites may forbid paid reviews."),
    )
    review_months = WholeField(
        label=_("Again after"),
        place=("months",),
        kind="review",
        unit=_("months"),
        help_text=_("Empty: once on every site."),
    )
    activity = ChoiceField(label=_("What was done"), place=("of",), kind="activity", choices=ACTIVITIES)

    def prepare(self, setting: Setting) -> None:
        self.fields["categories"].offer(setting.choices.categories)  # type: ignore[attr-defined]
        self.fields["services"].offer(setting.choices.services)  # type: ignore[attr-defined]
        # Nothing links a channel yet: only a program that says so already keeps it.
        if value_at(setting.document, (*setting.part, "of")) == CHANNEL_LINKED[0]:
            self.fields["activity"].offer((*ACTIVITIES, CHANNEL_LINKED))  # type: ignore[attr-defined]


class GiftPointsBlock(Block):
    heading = _("How much")
    is_optional = False

    points = WholeField(label=_("Points"), unit=_("points"))
