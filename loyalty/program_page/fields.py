"""Fields that show a value of the program document as people type it, and read what is typed into such a value.

They refuse nothing: what is no number goes on as the text it is, and the document's own checks say what is wrong
with it. So a form and a file are judged by the same rules and in the same words.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from clinics.number_texts import MINUS, NBSP
from loyalty.program.places import Place

SPACES = re.compile(r"[\s\u00a0\u202f]+")
WHOLE = re.compile(r"-?[0-9]{1,15}")
DECIMAL = re.compile(r"-?[0-9]{1,12}([.][0-9]+)?")
RUSSIAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
SHORT_TIME = re.compile(r"[0-9]:[0-9]{2}")


class Nothing(Enum):
    """The field says nothing: the document leaves it out."""

    ABSENT = "absent"


ABSENT = Nothing.ABSENT
Choice = tuple[str, Any]


def wide_select() -> forms.Select:
    """For choices that are whole sentences."""
    return forms.Select({"class": "wide"})


class PartField(forms.Field):
    """One value of the document; `place` is counted from its block's part, by default the field's own name.

    `at` is a place counted from the document's root. `kind`: only with this kind of its block. `needs`: a field
    without which this one says nothing.
    """

    def __init__(
        self,
        *,
        place: Place | None = None,
        at: Place | None = None,
        kind: str = "",
        needs: str = "",
        unit: Any = "",
        placeholder: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(required=False, **kwargs)
        self.place = place
        self.at = at
        self.kind = kind
        self.needs = needs
        self.unit = unit
        if placeholder:
            self.widget.attrs["placeholder"] = placeholder

    def read(self, raw: Any) -> Any:
        """The document's value of what was typed; ABSENT when that is nothing."""
        raise NotImplementedError

    def show(self, value: Any) -> Any:
        """What the field holds for a value of the document, which may be None."""
        return "" if value is None else str(value)

    def clean(self, value: Any) -> Any:
        return self.read(value)


class TextField(PartField):
    def read(self, raw: Any) -> Any:
        return str(raw or "").strip() or ABSENT


class WholeField(PartField):
    """`1 000`."""

    widget = forms.TextInput({"inputmode": "numeric", "size": "10"})

    def read(self, raw: Any) -> Any:
        text = _plain(raw)
        return int(text) if WHOLE.fullmatch(text) else text or ABSENT

    def show(self, value: Any) -> Any:
        return _spaced(value) if isinstance(value, int) else super().show(value)


class NumberField(PartField):
    """Percents, roubles and multipliers: `7,5`, `50 000`. Whole ones are numbers, others decimal texts."""

    widget = forms.TextInput({"inputmode": "decimal", "size": "10"})

    def read(self, raw: Any) -> Any:
        text = _plain(raw).removesuffix("₽").removesuffix("%").replace(",", ".")
        if not DECIMAL.fullmatch(text):
            return text or ABSENT
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else f"{number.normalize():f}"

    def show(self, value: Any) -> Any:
        text = super().show(value)
        whole, point, fraction = text.partition(".")
        return _spaced(int(whole)) + ("," if point else "") + fraction if WHOLE.fullmatch(whole) else text


class FlagField(PartField):
    """A tick; what is the same as leaving the field out is left out."""

    widget = forms.CheckboxInput

    def __init__(self, *, otherwise: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.otherwise = otherwise

    def read(self, raw: Any) -> Any:
        return ABSENT if bool(raw) is self.otherwise else bool(raw)

    def show(self, value: Any) -> Any:
        return self.otherwise if value is None else bool(value)


class DayField(PartField):
    widget = forms.TextInput({"type": "date"})

    def read(self, raw: Any) -> Any:
        text = _plain(raw)
        typed = RUSSIAN_DAY.fullmatch(text)
        return f"{typed[3]}-{typed[2]:0>2}-{typed[1]:0>2}" if typed else text or ABSENT


class TimeField(PartField):
    """Until 24:00, which a browser's own time field can't say."""

    widget = forms.TextInput({"size": "6", "maxlength": "5"})

    def read(self, raw: Any) -> Any:
        text = _plain(raw).replace(".", ":")
        return f"0{text}" if SHORT_TIME.fullmatch(text) else text or ABSENT


class ChoiceField(PartField):
    """One of several; the choice "" leaves the field out. `values` turns a choice into what is no text."""

    widget = forms.Select

    def __init__(
        self, *, choices: Iterable[Choice] = (), values: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.values = values or {}
        self.offer(choices)

    def offer(self, choices: Iterable[Choice]) -> None:
        self.choices = self.widget.choices = list(choices)

    def read(self, raw: Any) -> Any:
        return self.values.get(str(raw or ""), raw or ABSENT)

    def show(self, value: Any) -> Any:
        if isinstance(value, dict):
            return ""
        return next((choice for choice, meant in self.values.items() if meant == value), super().show(value))


class CodesField(PartField):
    """Any number of codes, each with its name. A code that nothing is known of stays and can be taken off."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, choices: Sequence[Choice] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.offer(choices)

    def offer(self, choices: Iterable[Choice]) -> None:
        self.choices = self.widget.choices = list(choices)

    def offer_also(self, codes: Iterable[str]) -> None:
        """Codes in use that the list does not have."""
        known = {code for code, _name in self.choices}
        unknown = [code for code in dict.fromkeys(codes) if code not in known]
        self.offer([*self.choices, *((code, unknown_title(code)) for code in unknown)])

    def read(self, raw: Any) -> Any:
        return list(dict.fromkeys(raw or [])) or ABSENT

    def show(self, value: Any) -> Any:
        return list(value or [])


class WeekdaysField(CodesField):
    def read(self, raw: Any) -> Any:
        codes = super().read(raw)
        return codes if codes is ABSENT else [int(code) if code in "1234567" else code for code in codes]

    def show(self, value: Any) -> Any:
        return [str(day) for day in value or []]


class WholesField(PartField):
    """`14, 5`."""

    widget = forms.TextInput({"size": "20"})

    def read(self, raw: Any) -> Any:
        parts = [part for part in re.split(r"[,;\s]+", str(raw or "")) if part]
        return [int(part) if WHOLE.fullmatch(part) else part for part in parts]

    def show(self, value: Any) -> Any:
        return ", ".join(map(str, value or []))


def unknown_title(code: str) -> str:
    return _("%(code)s (not in the list)") % {"code": code}


def _plain(raw: Any) -> str:
    return SPACES.sub("", str(raw or "")).replace(MINUS, "-")


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", NBSP)
