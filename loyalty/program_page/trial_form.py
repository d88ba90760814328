"""Everything a trial asks for: the receipt's place and time, the wish to spend, and who stands at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinics.calendar import add_months, local_date
from clinics.models import Clinic
from loyalty.program.places import Document, value_at
from loyalty.program.telling import in_language
from loyalty.program_page.choices import Choices
from loyalty.program_page.trial_lines import CountField, RoublesField
from loyalty.rules.facts import MemberFacts, SpendChoice, SpendKind
from patients.models import Patient
from patients.search import find_patients

MOST_POINTS = 1_000_000_000
OLDEST = 120
MADE_UP, REAL = "made-up", "real"
WHO = ((MADE_UP, _("a made-up one")), (REAL, _("a real one")))


@dataclass(frozen=True, slots=True)
class TrialScope:
    """Where a trial receipt may be, and whose patients the person may look for by name; None: nobody's."""

    clinics: tuple[Clinic, ...]
    own_clinic_ids: tuple[int, ...] | None


class TrialForm(forms.Form):
    clinic = forms.ChoiceField(label=_("Clinic"))
    day = forms.DateField(label=_("Day of the visit"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    booked_online = forms.BooleanField(label=_("The visit was booked online"), required=False)
    spend = forms.ChoiceField(
        label=_("Spend points"),
        choices=(
            (SpendKind.NONE, _("Spend nothing")),
            (SpendKind.BURNING, _("Only the burning ones")),
            (SpendKind.MAXIMUM, _("Maximum")),
            (SpendKind.AMOUNT, _("Another amount")),
        ),
    )
    spend_points = CountField(label=_("How many points to spend"), most=MOST_POINTS)
    who = forms.ChoiceField(choices=WHO, widget=forms.RadioSelect)
    patient = forms.CharField(
        label=_("Phone, card or last name"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    balance = CountField(label=_("Points on the balance"), most=MOST_POINTS, otherwise=0)
    burning = CountField(label=_("Burning soon, of them"), most=MOST_POINTS, otherwise=0)
    turnover = RoublesField(label=_("Paid before"), required=False)
    visits = CountField(label=_("Visits before"), most=10_000, otherwise=1, help_text=_("0: a new patient."))
    age = CountField(label=_("Age"), most=OLDEST)
    sex = forms.ChoiceField(
        label=_("Sex"),
        required=False,
        choices=(
            ("", _("not known")),
            ("FEMALE", _("women")),
            ("MALE", _("men")),
        ),
    )
    social_groups = forms.MultipleChoiceField(
        label=_("Social groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.MultipleChoiceField(label=_("Tags"), required=False, widget=forms.CheckboxSelectMultiple)
    source = forms.ChoiceField(label=_("Where the patient came from"), required=False)

    use_required_attribute = False

    def __init__(
        self, data: Mapping[str, Any] | None, *, document: Document, scope: TrialScope, at: datetime
    ) -> None:
        super().__init__(data, initial=_first_values(scope, at=at))
        self.scope = scope
        self.at = at
        self.found: Patient | None = None
        choices = Choices()
        levels = value_at(document, ("tiers", "levels")) or []
        offered = {
            "clinic": [(clinic.code, clinic.name) for clinic in scope.clinics],
            "tier": [(level["code"], in_language(level["title"])) for level in levels],
            "social_groups": choices.social_groups,
            "tags": choices.tags,
            "source": [("", gettext("not known")), *choices.sources],
        }
        for name, options in offered.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
            if not options:
                del self.fields[name]
        if scope.own_clinic_ids is None:
            self.fields["who"].choices = [WHO[0]]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if data.get("spend") == SpendKind.AMOUNT and data.get("spend_points") is None:
            self._say(
                "spend_points", gettext("How many points to spend? Type a whole number or choose another option.")
            )
        if data.get("who") == REAL:
            self._find_patient(data)
        elif (data.get("burning") or 0) > (data.get("balance") or 0):
            self._say("burning", gettext("No more can burn than there is on the balance."))
        return data

    def _say(self, name: str, text: str) -> None:
        if name not in self.errors:
            self.add_error(name, text)

    def _find_patient(self, data: dict[str, Any]) -> None:
        found = find_patients(data.get("patient", ""), clinic_ids=self.scope.own_clinic_ids or ())
        if len(found.patients) == 1 and not found.has_more:
            self.found = found.patients[0]
        elif found.patients:
            self._say(
                "patient", gettext("More than one patient is found. Type the whole name, the phone or the card.")
            )
        else:
            self._say("patient", gettext("Nobody is found. Type a phone, a card number or a last name."))
        day = data.get("day")
        if self.found is not None and day and day < local_date(self.at, self.found.home_clinic.tz):
            self._say("day", gettext("A real patient is looked at as of today or later: choose such a day."))

    @property
    def clinic_chosen(self) -> Clinic:
        code = self.cleaned_data["clinic"]
        return next(clinic for clinic in self.scope.clinics if clinic.code == code)

    @property
    def moment(self) -> datetime:
        """Today's time that has gone by already is now: a balance has no yesterday."""
        data = self.cleaned_data
        typed = datetime.combine(data["day"], data["time"], tzinfo=self.clinic_chosen.tz)
        return max(typed, self.at) if self.found is not None else typed

    @property
    def choice(self) -> SpendChoice:
        data = self.cleaned_data
        if data["spend"] == SpendKind.AMOUNT:
            return SpendChoice.amount(data["spend_points"])
        return SpendChoice(SpendKind(data["spend"]))

    @property
    def member(self) -> MemberFacts:
        """The made-up one."""
        data = self.cleaned_data
        age = data["age"]
        return MemberFacts(
            is_member=True,
            tier=data.get("tier") or None,
            spendable_points=data["balance"],
            burning_points=data["burning"],
            turnover_kopecks=data["turnover"] or 0,
            visits=data["visits"],
            tags=frozenset(data.get("tags", ())),
            social_groups=frozenset(data.get("social_groups", ())),
            source=data.get("source", ""),
            birth_date=None if age is None else add_months(data["day"], -12 * age),
            sex=data["sex"],
        )


def _first_values(scope: TrialScope, *, at: datetime) -> dict[str, Any]:
    """Noon of today at the first clinic: a receipt like most."""
    clinic = scope.clinics[0]
    return {
        "clinic": clinic.code,
        "day": local_date(at, clinic.tz),
        "time": time(12, 0),
        "spend": SpendKind.MAXIMUM,
        "who": MADE_UP,
        "balance": "1000",
        "visits": "3",
    }
