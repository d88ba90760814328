"""A scope in words: days, clinics."""

from loyalty.reports.columns import Unit
from loyalty.reports.scope import Days, Scope, clinic_names
from loyalty.texts.report_values import value_text


def days_text(days: Days) -> str:
    """`01.11.2026 – 30.11.2026`, or one day."""
    first, last = value_text(days.first, Unit.DAY), value_text(days.last, Unit.DAY)
    return first if first == last else f"{first} – {last}"


def period_of(scope: Scope) -> str:
    return f"{days_text(scope.days)} · {clinic_names(scope.clinics)}"
