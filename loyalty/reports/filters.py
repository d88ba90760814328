"""The filter bar of a report: period, clinic, doctor, patients, comparison. The whole state is in the address.

A filter set turns what was typed into a `Scope`, or says in words what is wrong with it. It knows whose clinics
may be asked about; the moment is given.
"""

from collections.abc import Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.calendar import add_months, local_date
from clinics.models import Clinic, Doctor
from clinics.scope import clinics_with_permission
from loyalty.figures.channels import channel_names
from loyalty.models import Receipt, ReceiptLine
from loyalty.program.versions import NoProgram, current_program, find_launch
from loyalty.reports.columns import Text
from loyalty.reports.periods import PERIODS, days_of
from loyalty.reports.scope import Days, Scope, Segment
from loyalty.texts.explanations import tier_title
from patients.models import Patient, SocialGroup, Tag

LONGEST_YEARS = 10
COMPARISONS = (
    ("before", gettext_lazy("with the period before")),
    ("year", gettext_lazy("with a year ago")),
    ("none", gettext_lazy("with nothing")),
)
USUAL_PERIOD = "this_month"
MOST_DIGITS = 18  # of a number that the database holds
# Of an old link or a mistyped address.
WRONG_DAY = {"invalid": gettext_lazy("Type a day like 22.11.2026.")}
WRONG_CHOICE = {"invalid_choice": gettext_lazy("There is no such choice. Choose from the list.")}


# Whatever is compared, and however long its past is, the calendar goes that far.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


def day_filter(label: Text, **also: Any) -> django_filters.DateFilter:
    """A day of the calendar as the browser's own field asks for it."""
    words = gettext_lazy("Choose a day between 2000 and 2099.")
    return django_filters.DateFilter(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(FIRST_DAY, words), MaxValueValidator(LAST_DAY, words)],
        error_messages=WRONG_DAY | also.pop("error_messages", {}),
        **also,
    )


class NoClinics(Exception):
    """The person works in no clinic of which the report may speak."""


class PeriodForm(forms.Form):
    """Days only where days are chosen; typed days are chosen days, whatever the period says."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if cleaned.get("period") != "days" or "first" not in self.fields:
            return cleaned
        for name in ("first", "last"):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, _("Choose the day."))
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first one. Choose a later one."))
        elif first and last and add_months(first, 12 * LONGEST_YEARS) < last:
            self.add_error("last", _("Choose at most ten years."))
        return cleaned


class ReportFilters(django_filters.FilterSet):
    """What every report has: the clinics. Subclasses add filters; own ones end up in `Scope.choices`."""

    usual_period = USUAL_PERIOD
    clinic = django_filters.ChoiceFilter(
        label=gettext_lazy("Clinic"), empty_label=gettext_lazy("All clinics"), choices=()
    )

    class Meta:
        model = Receipt
        fields: list[str] = []
        form = PeriodForm

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        user: AbstractBaseUser | AnonymousUser,
        permissions: tuple[str, ...],
        at: datetime,
    ) -> None:
        """Raises NoClinics."""
        self.clinics: list[Clinic] = list(clinics_with_permission(user, permissions=permissions))
        if not self.clinics:
            raise NoClinics
        self.at = at
        super().__init__(self._with_usual(data), queryset=Receipt.objects.none())
        for one in self.filters.values():
            one.extra.setdefault("error_messages", WRONG_CHOICE)
        for name, choices in self.choices().items():
            if name in self.filters:
                self.filters[name].extra["choices"] = choices

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What may be chosen, by filter."""
        return {"clinic": [(str(clinic.pk), clinic.name) for clinic in self.clinics]}

    def today(self) -> date:
        """In the clinics' zone where all have one, in the network's otherwise."""
        return local_date(self.at, self._zone())

    def scope(self) -> Scope:
        """Call when `is_valid()`."""
        chosen = self.form.cleaned_data
        own = set(self.filters) - COMMON
        days = self.days()
        return Scope(
            clinics=tuple(c for c in self.clinics if chosen.get("clinic") in {None, "", str(c.pk)}),
            days=days,
            at=self.at,
            doctor_id=_number(chosen.get("doctor")),
            segment=Segment(
                tier=chosen.get("tier") or "",
                tag_id=_number(chosen.get("tag")),
                source=chosen.get("source") or "",
                social_group_id=_number(chosen.get("social_group")),
            ),
            compared=_compared(chosen.get("compare"), days) if "compare" in self.filters else None,
            choices={name: chosen.get(name) for name in own if chosen.get(name) not in {None, ""}},
        )

    def words(self) -> list[tuple[str, str]]:
        """What was chosen besides the days, as (filter, choice)."""
        told = []
        for name, bound in ((name, self.form[name]) for name in self.filters if name not in DAY_FILTERS):
            value = self.form.cleaned_data.get(name)
            if value not in {None, ""}:
                choices = dict(getattr(bound.field, "choices", ()))
                told.append((str(bound.label), str(choices.get(value, value))))
        return told

    def days(self) -> Days:
        chosen = self.form.cleaned_data
        if chosen.get("period") == "days":
            return Days(chosen["first"], chosen["last"])
        return days_of(chosen.get("period") or self.usual_period, today=self.today())

    def launched_on(self) -> date | None:
        """The first day of the program, by the same calendar as today."""
        launched_at = find_launch()
        return local_date(launched_at, self._zone()) if launched_at is not None else None

    def usual(self) -> dict[str, str]:
        """What an address that says nothing asks for."""
        return {"period": self.usual_period, "compare": "before"}

    def _with_usual(self, data: Mapping[str, Any]) -> dict[str, Any]:
        typed = {name: data[name] for name in data}
        if typed.get("first") or typed.get("last"):
            typed["period"] = "days"
        usual = self.usual()
        return {**usual, **{name: value for name, value in typed.items() if value != "" or name not in usual}}

    def _zone(self) -> ZoneInfo:
        zones = {clinic.timezone for clinic in self.clinics}
        return ZoneInfo(zones.pop() if len(zones) == 1 else settings.TIME_ZONE)


class PeriodFilters(ReportFilters):
    """Of what happened within days, to receipts or patients."""

    period = django_filters.ChoiceFilter(label=gettext_lazy("Period"), choices=PERIODS, empty_label=None)
    first = day_filter(gettext_lazy("From"))
    last = day_filter(gettext_lazy("To, inclusive"))
    doctor = django_filters.ChoiceFilter(label=gettext_lazy("Doctor"), empty_label=gettext_lazy("Any"), choices=())
    tier = django_filters.ChoiceFilter(label=gettext_lazy("Tier"), empty_label=gettext_lazy("Any"), choices=())
    tag = django_filters.ChoiceFilter(label=gettext_lazy("Tag"), empty_label=gettext_lazy("Any"), choices=())
    source = django_filters.ChoiceFilter(label=gettext_lazy("Source"), empty_label=gettext_lazy("Any"), choices=())
    social_group = django_filters.ChoiceFilter(
        label=gettext_lazy("Social group"), empty_label=gettext_lazy("Any"), choices=()
    )

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        sources = Patient.objects.filter(home_clinic__in=self.clinics).exclude(source="")
        found = sources.order_by("source").values_list("source", flat=True).distinct()
        names = channel_names()
        return super().choices() | {
            "doctor": [(str(doctor.pk), doctor.name) for doctor in self._doctors()],
            "tier": tier_choices(self.at),
            "tag": [(str(tag.pk), tag.name) for tag in Tag.objects.order_by("name", "id")],
            "source": sorted(((source, names.get(source, source)) for source in found), key=itemgetter(1)),
            "social_group": [(str(one.pk), str(one)) for one in SocialGroup.objects.order_by("name", "id")],
        }

    def _doctors(self) -> QuerySet[Doctor]:
        """Of the clinics; and the one asked about, who may have left them: the receipts stay."""
        asked = str(self.data.get("doctor") or "")
        treated = ReceiptLine.objects.filter(doctor=OuterRef("pk"), receipt__clinic__in=self.clinics)
        of_receipts = Q(Exists(treated), pk=asked if asked.isdecimal() and len(asked) <= MOST_DIGITS else None)
        return Doctor.objects.filter(Q(clinics__in=self.clinics) | of_receipts).distinct().order_by("name", "id")


class LongPeriodFilters(PeriodFilters):
    """Of something that is told by months: a year of them, unless asked otherwise."""

    usual_period = "last_12_months"


class PatientFilters(PeriodFilters):
    """Of what patients have, whoever treated them."""

    doctor = None


class ComparedFilters(PeriodFilters):
    """Of something that stands beside what it was."""

    compare = django_filters.ChoiceFilter(label=gettext_lazy("Compare"), choices=COMPARISONS, empty_label=None)


class WholeFilters(ComparedFilters):
    """Of what is counted by days and clinics only, as the dashboard is."""

    doctor = tier = tag = source = social_group = None


class PointsFilters(WholeFilters):
    """Of points by months."""

    usual_period = "last_12_months"
    compare = None


class ClinicFilters(ReportFilters):
    """Of something as it is now."""

    def days(self) -> Days:
        return Days(self.today(), self.today())


class DayFilters(PatientFilters):
    """As of the end of a day: a day to come is asked about as today."""

    period = first = last = None
    on = day_filter(gettext_lazy("At the end of"))

    def days(self) -> Days:
        day = min(self.form.cleaned_data.get("on") or self.today(), self.today())
        return Days(day, day)


# Filters that the scope has fields for.
COMMON = frozenset(ComparedFilters.base_filters)
DAY_FILTERS = frozenset({"period", "first", "last", "compare", "on", "launched"})


def tier_choices(at: datetime) -> list[tuple[str, str]]:
    """Of the program in force; none before the first one."""
    try:
        program = current_program(at=at).program
    except NoProgram:
        return []
    return [(code, tier_title(program, code)) for code in program.tier_by_code]


def _compared(choice: str | None, days: Days) -> Days | None:
    match choice:
        case "year":
            return days.year_before
        case "none":
            return None
        case _:
            return days.before


def _number(text: str | None) -> int | None:
    return int(text) if text else None
