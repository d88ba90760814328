"""The form of the self-registration: the name, and three consents apart, none of them ticked beforehand."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from clinics.models import Clinic
from patients.models import Patient

EARLIEST_YEAR = 1900


def offered_clinics(channel: str) -> list[Clinic]:
    """The active clinics of the channel, or all where it has none."""
    active = Clinic.objects.filter(is_active=True).order_by("name", "id")
    of_channel = list(active.filter(source_channels__code=channel)) if channel else []
    return of_channel or list(active)


class JoinForm(forms.Form):
    """For a person who is known it asks only for what the clinic does not have."""

    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "given-name"}),
        error_messages={"required": gettext_lazy("Tell us your first name.")},
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "family-name"}),
        error_messages={"required": gettext_lazy("Tell us your last name: the desk finds you by it.")},
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Birth date, if you like"),
        required=False,
        widget=forms.TextInput({"placeholder": "10.06.1990", "autocomplete": "bday", "inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Write the date like 10.06.1990, or leave it empty.")},
    )
    clinic = forms.ModelChoiceField(
        label=gettext_lazy("Your clinic"),
        queryset=Clinic.objects.none(),
        empty_label=gettext_lazy("Choose a clinic"),
        error_messages={"required": gettext_lazy("Choose the clinic you will come to.")},
    )
    rules = forms.BooleanField(
        label=gettext_lazy("I agree to the rules of the program"),
        error_messages={"required": gettext_lazy("Without your consent to the rules we cannot open an account.")},
    )
    personal_data = forms.BooleanField(
        label=gettext_lazy("I agree to the processing of my personal data"),
        error_messages={
            "required": gettext_lazy("Without your consent to personal data we may not keep your name and phone.")
        },
    )
    advertising = forms.MultipleChoiceField(
        label=gettext_lazy("I agree to get offers and news, if you like"),
        choices=[
            (Patient.Channel.SMS.value, gettext_lazy("by SMS")),
            (Patient.Channel.EMAIL.value, gettext_lazy("by e-mail")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: object, *, known: Patient | None, clinics: Sequence[Clinic]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.clinics = clinics
        for name in ("first_name", "last_name", "birth_date"):
            if known is not None and getattr(known, name):
                del self.fields[name]
        if known is not None or len(clinics) == 1:
            del self.fields["clinic"]
        else:
            field = self.fields["clinic"]
            field.queryset = Clinic.objects.filter(pk__in=[clinic.pk for clinic in clinics]).order_by("name", "id")  # type: ignore[attr-defined]

    @property
    def home_clinic(self) -> Clinic:
        """The chosen one, or the only one there is."""
        chosen: Clinic = self.cleaned_data.get("clinic") or self.clinics[0]
        return chosen

    def clean_birth_date(self) -> object:
        day = self.cleaned_data["birth_date"]
        today = clock.now().date()
        if day is not None and (day.year < EARLIEST_YEAR or day > today):
            raise forms.ValidationError(_("The birth date is not a possible one. Check the year."))
        return day
