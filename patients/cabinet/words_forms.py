"""Forms by which a patient speaks to the clinic: a wish to come, a message, a review."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Clinic
from loyalty.calls.requests import FARTHEST_DAYS, LONGEST_WORDS, PartOfDay
from loyalty.models.review import MOST_STARS
from loyalty.reviews.leaving import LONGEST_TEXT

PARTS = [
    (PartOfDay.ANY.value, gettext_lazy("any time")),
    (PartOfDay.MORNING.value, gettext_lazy("morning")),
    (PartOfDay.DAY.value, gettext_lazy("afternoon")),
    (PartOfDay.EVENING.value, gettext_lazy("evening")),
]


def words_field(label: Any, *, max_length: int, required: bool, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=max_length,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": gettext_lazy("Write a few words."),
            "max_length": gettext_lazy("That is too long: up to %(limit_value)d characters."),
        },
    )


class BookingForm(forms.Form):
    clinic = forms.ModelChoiceField(
        label=gettext_lazy("Clinic"),
        queryset=Clinic.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": gettext_lazy("Choose a clinic of the list.")},
    )
    day = forms.DateField(
        label=gettext_lazy("Which day suits you"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("This is not a day. Write it like 25.11.2026."),
        },
    )
    part = forms.ChoiceField(label=gettext_lazy("Time"), choices=PARTS, initial=PartOfDay.ANY.value)
    words = words_field(
        gettext_lazy("What should we know? (may stay empty)"), max_length=LONGEST_WORDS, required=False, rows=3
    )

    def __init__(self, data: Any, *, clinics: Any, home: Clinic, today: date) -> None:
        super().__init__(data, initial={"clinic": home.pk, "part": PartOfDay.ANY.value})
        self.fields["clinic"].queryset = clinics  # type: ignore[attr-defined]
        self.today = today
        self.last_day = today + timedelta(days=FARTHEST_DAYS)
        limits = {"min": today.isoformat(), "max": self.last_day.isoformat()}
        self.fields["day"].widget.attrs |= limits

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.today <= day <= self.last_day:
            raise forms.ValidationError(_("Choose a day from today on, within half a year."))
        return day


class MessageForm(forms.Form):
    words = words_field(gettext_lazy("Your message"), max_length=LONGEST_WORDS, required=True, rows=6)


class OwnReviewForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=gettext_lazy("How was it?"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_STARS + 1)],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose from one star to five.")},
    )
    text = words_field(gettext_lazy("In your own words"), max_length=LONGEST_TEXT, required=True)
