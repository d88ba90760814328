"""Fields of the log-in pages; each accepts what people really type or paste."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.phone import normalise_phone

CODE_LENGTH = 6
_BETWEEN_DIGITS = re.compile(r"[\s\-\u00a0\u2011\u2013]+")


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("Your phone"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "placeholder": "+7 916 123-45-67"}
        ),
        error_messages={"required": _("Enter your phone number.")},
    )

    def clean_phone(self) -> str:
        phone = normalise_phone(self.cleaned_data["phone"])
        if phone is None:
            raise forms.ValidationError(
                _("This is not a whole phone number. Enter all digits, for example 8 916 123-45-67."),
                code="phone",
            )
        return phone


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the SMS"),
        # Room for the spaces that people paste with it.
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "pattern": r"[0-9\s\-]*",
                "class": "code",
                "autofocus": True,
            }
        ),
        error_messages={"required": _("Enter the six digits from the SMS.")},
    )

    def clean_code(self) -> str:
        code: str = _BETWEEN_DIGITS.sub("", self.cleaned_data["code"])
        if len(code) != CODE_LENGTH or not (code.isascii() and code.isdigit()):
            raise forms.ValidationError(_("The code is six digits. Check the SMS."), code="format")
        return code
