"""Forms of the settings: each asks for one thing and is saved on its own."""

from datetime import date, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from patients.consents import may_be_messaged
from patients.models import ConsentRecord, Patient

# Nobody was born earlier; a slip of a digit in the year is told at once.
OLDEST_YEARS = 120
USUAL_NIGHT = time(22), time(9)
BIRTH_DATE_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]
KIND_TITLES = {
    ConsentRecord.Kind.SERVICE: _("About my points: earned, spent, what burns soon"),
    ConsentRecord.Kind.ADVERTISING: _("Advertising: offers and news of the clinic"),
}


class ProfileForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={"invalid": _("This is no whole e-mail address. For example: anna@example.com.")},
    )
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        input_formats=BIRTH_DATE_FORMATS,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        help_text=_("It can be written down once. Birthday gifts come by it."),
        error_messages={"invalid": _("This is no date. Write it like 10.06.1990.")},
    )
    language = forms.ChoiceField(label=_("Language of messages and pages"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, patient: Patient, today: date) -> None:
        super().__init__(data, initial={"email": patient.email, "language": patient.language})
        self.today = today
        if patient.birth_date:
            del self.fields["birth_date"]

    def clean_birth_date(self) -> date | None:
        birth_date: date | None = self.cleaned_data["birth_date"]
        if birth_date and not self.today.year - OLDEST_YEARS <= birth_date.year:
            raise forms.ValidationError(_("The year is too long ago. Check it."))
        if birth_date and birth_date > self.today:
            raise forms.ValidationError(_("This day is still to come. Check the year."))
        return birth_date


class MessagesForm(forms.Form):
    """A tick per kind and channel, and the hours without messages."""

    is_quiet = forms.BooleanField(label=_("Do not write at certain hours"), required=False)
    quiet_from = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, data: Any = None, *, patient: Patient, quiet: tuple[time, time] | None) -> None:
        begins, ends = quiet or USUAL_NIGHT
        self.places = may_be_messaged(patient.pk)
        ticks = {_name(*place): is_on for place, is_on in self.places.items()}
        hours = {"is_quiet": quiet is not None, "quiet_from": begins, "quiet_until": ends}
        super().__init__(data, initial=ticks | hours)
        for kind, channel in self.places:
            self.fields[_name(kind, channel)] = forms.BooleanField(
                label=capfirst(Patient.Channel(channel).label), required=False
            )

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The kinds with their ticks."""
        return [
            (title, [self[_name(kind, channel)] for each, channel in self.places if each == kind])
            for kind, title in KIND_TITLES.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_quiet"):
            begins, ends = cleaned.get("quiet_from"), cleaned.get("quiet_until")
            if not {"quiet_from", "quiet_until"} & self.errors.keys() and (begins is None or begins == ends):
                self.add_error("quiet_from", _("Write from when until when, for example from 22:00 until 09:00."))
            elif ends is None and "quiet_until" not in self.errors:
                self.add_error("quiet_until", _("Write until when, for example 09:00."))
        return cleaned

    @property
    def wanted(self) -> dict[tuple[str, str], bool]:
        return {place: self.cleaned_data[_name(*place)] for place in self.places}

    @property
    def quiet(self) -> tuple[time, time] | tuple[None, None]:
        if not self.cleaned_data["is_quiet"]:
            return None, None
        return self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]


class LeavingForm(forms.Form):
    is_sure = forms.BooleanField(
        label=_("I have read this. Leave the program and erase my data."),
        error_messages={"required": _("Read and tick: this cannot be undone.")},
    )


def _name(kind: str, channel: str) -> str:
    return f"{kind.lower()}_{channel.lower()}"
