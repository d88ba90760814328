"""Fields that choose a row by searching for it, where scripts do not run: one types, the server finds.

With scripts these are the stock fields. Found is what the section's own search finds, within its scope.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

FEW = 20
LONGEST = 200
NOT_FOUND = _("Nobody and nothing, or several rows, fit what you typed. Type more of it.")
# No row has this number: the field refuses it in its own words.
NO_ROW = "0"

Find = Callable[[str], list[Model]]


class _TypedChoice:
    """Beside the select a text, which only pages without scripts show."""

    def __init__(self, *args: Any, find: Find, label: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.find = find
        self.label = label
        self.typed = ""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        select = super().render(name, value, attrs, renderer)  # type: ignore[misc]
        text = format_html('<input name="{}" value="{}" maxlength="{}">', _typed_name(name), self.typed, LONGEST)
        return format_html("{}<noscript><label>{} {}</label></noscript>", select, self.label, text)

    def read_typed(self, data: Any, name: str) -> list[str]:
        """Numbers of the rows that are meant; without a typed text none."""
        self.typed = data.get(_typed_name(name), "").strip()[:LONGEST]
        return [self._number_of(text.strip()) for text in self.texts() if text.strip()]

    def texts(self) -> list[str]:
        return [self.typed]

    def _number_of(self, text: str) -> str:
        found = self.find(text)
        exact = [row for row in found if str(row).casefold() == text.casefold()]
        chosen = exact if len(exact) == 1 else found
        return str(chosen[0].pk) if len(chosen) == 1 else NO_ROW


class TypedSelect(_TypedChoice, AutocompleteSelect):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return next(iter(self.read_typed(data, name)), super().value_from_datadict(data, files, name))


class TypedSelectMultiple(_TypedChoice, AutocompleteSelectMultiple):
    """Several are typed with commas between; they are added to what is chosen."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return [*(super().value_from_datadict(data, files, name) or ()), *self.read_typed(data, name)]

    def texts(self) -> list[str]:
        return self.typed.split(",")


def _typed_name(name: str) -> str:
    return f"{name}__typed"
