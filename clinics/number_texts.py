"""Numbers, money and days as people read them, in the language of the page.

Thousands stand apart by a no-break space, minus is «−»; a day is `27 November` in the current year.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NBSP = "\u00a0"
MINUS = "−"
# Nearer days are also said as "in 5 days".
SOON_DAYS = 14


def number_text(number: int) -> str:
    """`3 450`, `−1 300`."""
    text = f"{abs(number):,}".replace(",", NBSP)
    return f"{MINUS}{text}" if number < 0 else text


def signed_text(number: int) -> str:
    """`+4 248`, `−1 300`, `0`."""
    return f"+{number_text(number)}" if number > 0 else number_text(number)


def money_text(kopecks: int) -> str:
    """`46 875 ₽`, `46 875,50 ₽`."""
    roubles, rest = divmod(abs(kopecks), 100)
    text = number_text(roubles) + (f",{rest:02d}" if rest else "")
    return f"{MINUS if kopecks < 0 else ''}{text}{NBSP}₽"


def rounded_money_text(kopecks: int) -> str:
    """`46 876 ₽`: to the rouble, for sums over which nobody counts kopecks."""
    rounded = (abs(kopecks) + 50) // 100 * 100
    return money_text(-rounded if kopecks < 0 else rounded)


def percent_text(rate_bp: int) -> str:
    """`9 %`, `7,5 %`."""
    return f"{hundredths_text(rate_bp)}{NBSP}%"


def hundredths_text(hundredths: int) -> str:
    """`9`, `7,5`: a number with at most two places, given as its hundredths."""
    whole, rest = divmod(hundredths, 100)
    fraction = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{fraction}"


def points_word(number: int) -> str:
    """`3 450 points` with the right plural."""
    return ngettext("%(count)s point", "%(count)s points", number) % {"count": number_text(number)}


def day_text(day: date, *, today: date) -> str:
    """`27 November` in the current year, else `27.11.2028`."""
    if day.year == today.year:
        return date_format(day, "j E" if _is_inflected() else "j F").replace(" ", NBSP)
    return f"{day:%d.%m.%Y}"


def moment_text(moment: datetime, *, at: datetime) -> str:
    """`27 November` in the portal's own zone, with the time when it is not midnight."""
    local = timezone.localtime(moment)
    day = day_text(local.date(), today=timezone.localtime(at).date())
    return day if (local.hour, local.minute) == (0, 0) else f"{day}, {local:%H:%M}"


def soon_text(day: date, *, today: date) -> str:
    """`in 5 days`, for the next fourteen days; empty otherwise."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if not 0 < days <= SOON_DAYS:
        return ""
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}


def _is_inflected() -> bool:
    # Only languages with a genitive of months differ between the two formats.
    return date_format(date(2026, 1, 1), "E") != date_format(date(2026, 1, 1), "F")
