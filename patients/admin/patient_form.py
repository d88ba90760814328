"""The form of a patient's card: contacts are edited, everything else is looked at."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from patients.phone import normalise_phone
from patients.search import active_patients


class PatientForm(forms.ModelForm):
    new_phone = forms.CharField(
        label=_("New phone"),
        required=False,
        max_length=32,
        help_text=_("Leave empty to keep the present one."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    class Meta:
        model = Patient
        fields = (
            "last_name", "first_name", "middle_name", "birth_date", "sex", "email",
            "preferred_channel", "language", "note", "household", "tags",
        )  # fmt: skip

    def clean_new_phone(self) -> str:
        text = self.cleaned_data["new_phone"].strip()
        if not text:
            return ""
        phone = normalise_phone(text)
        if phone is None:
            raise forms.ValidationError(_("This is not a whole phone number. Write it like +7 916 123-45-67."))
        if active_patients().filter(phone=phone).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("Another patient has this phone already. Find them by this number first.")
            )
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("new_phone"):
            self.instance.phone = cleaned["new_phone"]
        return cleaned
