"""A report's values and changes as people read them: no-break spaces, «−», a dash for what nobody knows."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinics.money import to_kopecks
from clinics.number_texts import MINUS, NBSP, money_text, number_text, rounded_money_text
from loyalty.reports.columns import Measure, Unit, Value

UNKNOWN = "—"
# From so much on nobody counts kopecks on a tile.
ROUNDED_FROM_ROUBLES = 1_000


def value_text(value: Value | Measure, unit: Unit) -> str:
    """`3 450`, `46 875,50 ₽`, `1,96 %`, `27.11.2026`, `November 2026`; a dash for None."""
    if isinstance(value, Measure):
        return value_text(value.value, value.unit)
    return UNKNOWN if value is None else _TEXTS[unit](value)


def short_text(value: Value, unit: Unit) -> str:
    """For a tile: large sums to the rouble."""
    if unit == Unit.MONEY and isinstance(value, Decimal) and abs(value) >= ROUNDED_FROM_ROUBLES:
        return rounded_money_text(to_kopecks(value))
    return value_text(value, unit)


def change_text(now: Value, before: Value, unit: Unit) -> str:
    """`▲ +12,5 %`, `▼ −3 %`, `= 0 %`; rates change by percentage points. Empty when one of them is unknown."""
    if not isinstance(now, int | Decimal) or not isinstance(before, int | Decimal):
        return ""
    if unit == Unit.RATE:
        hundredths = int(now - before)
        text = _told_in_points(hundredths)
    elif not before:
        return ""
    else:
        change = (Decimal(now) - Decimal(before)) * 1_000 / abs(Decimal(before))
        hundredths = int(change.quantize(Decimal(1), rounding="ROUND_HALF_UP")) * 10
        text = _change(hundredths)
    return f"{_arrow(hundredths)}{NBSP}{text}".replace(" ", NBSP)


def _arrow(change: int) -> str:
    if not change:
        return "="
    return "▲" if change > 0 else "▼"


def _signed(hundredths: int) -> str:
    text = _decimal_text(Decimal(hundredths).scaleb(-2))
    return f"+{text}" if hundredths > 0 else text


def _decimal_text(number: Decimal) -> str:
    """At most two places."""
    hundredths = int((abs(number) * 100).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    whole, rest = divmod(hundredths, 100)
    fraction = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{MINUS if number < 0 and hundredths else ''}{number_text(whole)}{fraction}"


def _money(value: Decimal | int) -> str:
    return money_text(to_kopecks(Decimal(value).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")))


def _rate(rate_bp: int) -> str:
    return f"{_decimal_text(Decimal(rate_bp).scaleb(-2))}{NBSP}%"


def _change(basis_points: int) -> str:
    return f"{_signed(basis_points)}{NBSP}%"


def _rate_change(hundredths: int) -> str:
    return _told_in_points(hundredths).replace(" ", NBSP)


def _told_in_points(hundredths: int) -> str:
    return _("%(number)s pp") % {"number": _signed(hundredths)}


def _moment(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M}"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def short_month_text(day: date) -> str:
    """`Nov 2026`: for the axis of a chart."""
    return date_format(day, "M Y").replace(" ", NBSP)


def _month(day: date) -> str:
    return date_format(day, "F Y").replace(" ", NBSP)


_TEXTS: dict[Unit, Callable[[Any], str]] = {
    Unit.TEXT: str,
    Unit.PHONE: str,
    Unit.DAY: _day,
    Unit.MONTH: _month,
    Unit.MOMENT: _moment,
    Unit.COUNT: number_text,
    Unit.POINTS: number_text,
    Unit.MONEY: _money,
    Unit.RATE: _rate,
    Unit.AVERAGE: _decimal_text,
    Unit.CHANGE: _change,
    Unit.RATE_CHANGE: _rate_change,
}
