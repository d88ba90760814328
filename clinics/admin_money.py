"""Sums and numbers in the admin as people read them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Field, Model

from clinics.money import to_kopecks
from clinics.number_texts import money_text, number_text


def money_display(model: type[Model], name: str) -> Callable[[Any, Any], str]:
    """A column or read-only field of an admin page: `46 875,50 ₽` under the field's own title, sorted by it."""
    return _display(model, name, lambda value: money_text(to_kopecks(value)))


def number_display(model: type[Model], name: str) -> Callable[[Any, Any], str]:
    """The same for a whole number: `12 126`."""
    return _display(model, name, number_text)


def _display(model: type[Model], name: str, text: Callable[[Any], str]) -> Callable[[Any, Any], str]:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101  # relations have no title of their own

    @admin.display(description=field.verbose_name, ordering=name)
    def shown(_page: Any, row: Any) -> str:
        return text(getattr(row, name))

    return shown
