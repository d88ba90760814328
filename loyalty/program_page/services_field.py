"""Services of the price list: those chosen with a tick each, and a field that adds one by its name or code.

A price list may have thousands of services, so they are not all shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from loyalty.program_page.fields import ABSENT, Choice, CodesField, unknown_title

MOST_SUGGESTED = 300
MOST_NAMED = 5
ENTRY = "-entry"


@dataclass(slots=True)
class Picked:
    """Codes that are ticked or were found; `entry` is what is left in the field, and `problem` says why."""

    codes: list[str] = field(default_factory=list)
    entry: str = ""
    problem: str = ""


class ServicesWidget(forms.CheckboxSelectMultiple):
    template_name = "loyalty/program_page/services_widget.html"
    services: list[Choice] = []  # of the whole price list; each form has its own

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Picked:
        codes = list(data.getlist(name) if hasattr(data, "getlist") else data.get(name) or [])
        return self._with_entry(Picked(codes), str(data.get(name + ENTRY) or ""))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        picked = value if isinstance(value, Picked) else Picked(list(value or []))
        names = dict(self.services)
        self.choices = [(code, names.get(code) or unknown_title(code)) for code in picked.codes]
        context = super().get_context(name, picked.codes, dict(attrs or {}))
        suggested = self.services if len(self.services) <= MOST_SUGGESTED else []
        entry = {"name": name + ENTRY, "value": picked.entry, "suggested": [title for _code, title in suggested]}
        return context | {"entry": entry}

    def _with_entry(self, picked: Picked, entry: str) -> Picked:
        left = []
        for text in filter(None, map(str.strip, entry.split(";"))):
            found = self._found(text)
            if len(found) == 1:
                picked.codes.append(found[0][0])
                continue
            left.append(text)
            picked.problem = _ambiguous(text, found) if found else _unknown(text)
        picked.entry = "; ".join(left)
        return picked

    def _found(self, text: str) -> list[Choice]:
        """The service with this code or name, else all that contain the text."""
        wanted = text.casefold()
        exact = [item for item in self.services if wanted in (item[0].casefold(), item[1].casefold())]
        return exact or [item for item in self.services if wanted in item[1].casefold()]


class ServicesField(CodesField):
    widget = ServicesWidget

    def offer(self, choices: Iterable[Choice]) -> None:
        self.choices = self.widget.services = list(choices)

    def offer_also(self, codes: Iterable[str]) -> None:
        """The widget shows those in use, known or not."""

    def read(self, raw: Any) -> Any:
        if isinstance(raw, Picked):
            if raw.problem:
                raise forms.ValidationError(raw.problem, code="service")
            raw = raw.codes
        return list(dict.fromkeys(raw or [])) or ABSENT


def _unknown(text: str) -> str:
    return _("There is no service “%(text)s”. Type a part of its name or its code.") % {"text": text}


def _ambiguous(text: str, found: list[Choice]) -> str:
    names = ", ".join(name for _code, name in found[:MOST_NAMED])
    return _("Several services fit “%(text)s”: %(names)s. Type the whole name.") % {"text": text, "names": names}
