"""Name and conditions of a rule, and its place among others."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from loyalty.program.places import Place, put_value, value_at
from loyalty.program.telling import in_language
from loyalty.program_page.blocks import Block, Group, Setting, Target
from loyalty.program_page.fields import (
    ABSENT,
    ChoiceField,
    CodesField,
    DayField,
    NumberField,
    TextField,
    TimeField,
    WeekdaysField,
    WholeField,
    wide_select,
)
from loyalty.program_page.group_names import group_choices
from loyalty.program_page.services_field import ServicesField

ANY = ("", _("does not matter"))


class TitleBlock(Block):
    """Russian is asked for; English may be left out and is then the same."""

    is_optional = False
    groups: ClassVar[tuple[Group, ...]] = (Group("", ("ru",)), Group(_("In English"), ("en",), is_folded=True))

    ru = TextField(label=_("Name"), place=("title", "ru"), widget=forms.TextInput({"class": "wide"}))
    en = TextField(
        label=_("Name in English"),
        place=("title", "en"),
        help_text=_("Empty: the Russian name stands on English pages too."),
        widget=forms.TextInput({"class": "wide"}),
    )

    def prepare(self, setting: Setting) -> None:
        self._was_same = value_at(setting.document, self.place_of("ru")) == value_at(
            setting.document, self.place_of("en")
        )

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        if field_name == "en" and self._was_same:
            return ""
        return super().get_initial_for_field(field, field_name)

    def write(self, document: dict[str, Any]) -> None:
        super().write(document)
        russian = self.cleaned_data["ru"]
        if self.cleaned_data["en"] is ABSENT and russian is not ABSENT:
            put_value(document, self.place_of("en"), russian)

    def targets(self) -> Iterator[Target]:
        for target in super().targets():
            if target.name == "ru" or self["en"].value():
                yield target


class ConditionsBlock(Block):
    """Every condition that is filled in has to hold; an empty one does not matter."""

    heading = _("When it applies")
    lead = _("Fill in only what matters. With everything empty the rule applies always.")
    groups: ClassVar[tuple[Group, ...]] = (
        Group(_("Services and doctors"), ("categories", "services", "doctors"), is_folded=True),
        Group(
            _("Days and hours"),
            ("weekdays", "hours_from", "hours_to", "first_day", "last_day"),
            is_folded=True,
        ),
        Group(_("Receipt"), ("clinics", "receipt_from", "receipt_to", "booked_online"), is_folded=True),
        Group(
            _("Patient"),
            (
                "patients",
                "visit_kind",
                "visit_number",
                "tiers",
                "social_groups",
                "tags",
                "sources",
                "sex",
                "age_from",
                "age_to",
            ),
            is_folded=True,
        ),
    )

    categories = CodesField(label=_("Categories of services"), help_text=_("With everything below them."))
    services = ServicesField(label=_("Services"))
    doctors = CodesField(label=_("Doctors"))
    weekdays = WeekdaysField(
        label=_("Days of the week"), choices=[(str(day + 1), name) for day, name in WEEKDAYS.items()]
    )
    hours_from = TimeField(label=_("From what time"), place=("hours", "from"), placeholder="09:00")
    hours_to = TimeField(
        label=_("Until what time"),
        place=("hours", "to"),
        placeholder="13:00",
        help_text=_("In the clinic's time. At this time the rule no longer applies."),
    )
    first_day = DayField(label=_("First day"), place=("days", "first_day"))
    last_day = DayField(label=_("Last day"), place=("days", "last_day"))
    clinics = CodesField(label=_("Clinics"))
    receipt_from = NumberField(label=_("Receipt from"), place=("receipt_roubles", "from"), unit="₽")
    receipt_to = NumberField(label=_("Receipt up to"), place=("receipt_roubles", "to"), unit="₽")
    booked_online = ChoiceField(
        label=_("Booked online"),
        choices=(ANY, ("yes", _("yes")), ("no", _("no"))),
        values={"yes": True, "no": False},
    )
    patients = ChoiceField(
        label=_("New or regular"),
        choices=(ANY, ("new", _("first visit")), ("regular", _("second visit and later"))),
    )
    visit_kind = ChoiceField(
        label=_("Which visit"),
        place=("visit", "kind"),
        choices=(ANY, ("number", _("the visit number")), ("every", _("every visit that divides by"))),
    )
    visit_number = WholeField(label=_("Number of the visit"), place=("visit", "number"), needs="visit_kind")
    tiers = CodesField(label=_("Tiers"))
    social_groups = CodesField(label=_("Social groups"), help_text=_("While the document that was seen is valid."))
    tags = CodesField(label=_("Tags"))
    sources = CodesField(label=_("Where the patient came from"))
    sex = ChoiceField(label=_("Sex"), choices=(ANY, ("FEMALE", _("women")), ("MALE", _("men"))))
    age_from = WholeField(label=_("Age from"), place=("age", "from"), unit=_("years"))
    age_to = WholeField(label=_("Age up to"), place=("age", "to"), unit=_("years, inclusive"))

    def prepare(self, setting: Setting) -> None:
        choices = setting.choices
        levels = value_at(setting.document, ("tiers", "levels")) or []
        offered = {
            "categories": choices.categories,
            "services": choices.services,
            "doctors": choices.doctors,
            "clinics": choices.clinics,
            "tags": choices.tags,
            "social_groups": choices.social_groups,
            "sources": choices.sources,
            "tiers": [(level["code"], in_language(level["title"])) for level in levels],
        }
        for name, found in offered.items():
            self.fields[name].offer(found)  # type: ignore[attr-defined]


class PromotionConditionsBlock(ConditionsBlock):
    """A promotion has its days outside of its conditions."""

    groups: ClassVar[tuple[Group, ...]] = tuple(
        Group(group.heading, tuple(name for name in group.names if name not in ("first_day", "last_day")), True)
        for group in ConditionsBlock.groups
    )
    first_day = None  # type: ignore[assignment]
    last_day = None  # type: ignore[assignment]


class OrderBlock(Block):
    """Which of several rules goes first. Most programs never need it."""

    is_optional = False
    section: Place = ("earning",)
    groups: ClassVar[tuple[Group, ...]] = (
        Group(_("Together with other rules"), ("group", "priority"), is_folded=True),
    )

    group = ChoiceField(widget=wide_select(), label=_("Group"))
    priority = WholeField(
        label=_("Priority"),
        placeholder="0",
        help_text=_("Of rules for the same services the one with the higher number goes first. Empty is 0."),
    )

    def prepare(self, setting: Setting) -> None:
        choices = group_choices(setting.document, self.section)
        self.fields["group"].offer(choices)  # type: ignore[attr-defined]


class DiscountOrderBlock(OrderBlock):
    section = ("discounts",)
