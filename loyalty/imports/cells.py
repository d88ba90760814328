"""Reads a cell's text as a value: each reader raises CellRefused with a code. Empty texts are the row's affair."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug

from loyalty.imports.faults import CellRefused
from patients.models import Patient
from patients.phone import normalise_phone

# What a spreadsheet would execute when the file is opened in it.
_FORMULA_STARTS = ("=", "@", "\t", "\r")
_NAME_FORMULA_STARTS = (*_FORMULA_STARTS, "+", "-")
_MONEY_SIGN = re.compile(r"(₽|руб\.?|р\.)$", re.IGNORECASE)
_BETWEEN_PARTS = re.compile(r"[./]")
_SPACES = re.compile(r"[\s\u00a0\u202f']")
_DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y%m%d")
_TIME_FORMATS = ("%H:%M", "%H:%M:%S")
_YES = {"1", "да", "yes", "y", "true", "+", "истина"}
_NO = {"", "0", "нет", "no", "n", "false", "-", "ложь"}
_SEXES = {
    Patient.Sex.FEMALE: {"ж", "жен", "жен.", "женский", "f", "female"},
    Patient.Sex.MALE: {"м", "муж", "муж.", "мужской", "m", "male"},
}
_EARLIEST = date(1900, 1, 1)
# Old systems write "never" as the year 9999, which no clock can count to the end of.
_LATEST = date(2100, 12, 31)
KOPECK = Decimal("0.01")
# A double of an Excel file holds 15 digits: what lies beyond is noise of the binary form.
_EXCEL_NOISE = Decimal("0.000001")
MOST_ROUBLES = Decimal(10**9)
LONGEST_EMAIL = 254


def refuse_formula(text: str) -> None:
    if text.startswith(_FORMULA_STARTS):
        raise CellRefused("formula", found=text[:40])


def read_name(text: str, *, longest: int) -> str:
    """Refused rather than neutralised: a person whose name is a formula has not been entered by a person."""
    if text.startswith(_NAME_FORMULA_STARTS):
        raise CellRefused("formula", found=text[:40])
    if len(text) > longest:
        raise CellRefused("too_long", limit=longest)
    return " ".join(text.split())


def read_slug(text: str, *, longest: int) -> str:
    """A code: latin letters, digits, “-” and “_”."""
    if len(text) > longest:
        raise CellRefused("too_long", limit=longest)
    try:
        validate_slug(text)
    except ValidationError:
        raise CellRefused("bad_slug", found=text[:40]) from None
    return text


def read_service_code(text: str, *, longest: int) -> str:
    """`A16.07.002` of the state's list of services becomes `A16-07-002`: a code of the portal has no dots."""
    return read_slug(plain_service_code(text), longest=longest)


def plain_service_code(text: str) -> str:
    return _BETWEEN_PARTS.sub("-", text)


def read_phone(text: str) -> str:
    phone = normalise_phone(text)
    if phone is None:
        raise CellRefused("bad_phone", found=text[:40])
    return phone


def read_email(text: str) -> str:
    if len(text) > LONGEST_EMAIL:
        raise CellRefused("too_long", limit=LONGEST_EMAIL)
    try:
        validate_email(text)
    except ValidationError:
        raise CellRefused("bad_email", found=text[:60]) from None
    return text


def read_day(text: str) -> date:
    """2026-11-22, 22.11.2026, 22/11/2026 or 20261122; a time of day after it is ignored."""
    return read_day_and_time(text)[0]


def read_day_and_time(text: str) -> tuple[date, time | None]:
    """The day and, when the cell has it, the time of day."""
    day_text, _, time_text = text.replace("T", " ").partition(" ")
    day = _first_format(day_text, _DAY_FORMATS)
    clock = _first_format(time_text.strip(), _TIME_FORMATS) if time_text.strip() else None
    if day is None or day.date() < _EARLIEST or (time_text.strip() and clock is None):
        raise CellRefused("bad_date", found=text[:40])
    if day.date() > _LATEST:
        raise CellRefused("too_far", found=text[:40], limit=_LATEST.year)
    return day.date(), clock.time() if clock else None


def _first_format(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007  # a wall clock; the clinic's zone is added later
        except ValueError:
            continue
    return None


def read_number(text: str) -> Decimal:
    """A decimal number with a point or a comma; spaces between thousands and a rouble sign are allowed."""
    plain = _SPACES.sub("", _MONEY_SIGN.sub("", text.strip())).replace("−", "-")
    if "," in plain and "." in plain:
        thousands = "," if plain.rindex(".") > plain.rindex(",") else "."
        plain = plain.replace(thousands, "")
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise CellRefused("bad_number", found=text[:40]) from None
    if not number.is_finite() or abs(number) > MOST_ROUBLES:
        raise CellRefused("bad_number", found=text[:40])
    return number.quantize(_EXCEL_NOISE)


def read_roubles(text: str, *, unit_roubles: Decimal = Decimal(1)) -> Decimal:
    """Roubles to the kopeck, not negative; `unit_roubles` is what one unit of the file is worth."""
    roubles = read_number(text) * unit_roubles
    if roubles < 0:
        raise CellRefused("negative", found=text[:40])
    if roubles > MOST_ROUBLES:
        raise CellRefused("too_large", found=text[:40])
    if roubles != roubles.quantize(KOPECK):
        raise CellRefused("fraction_of_kopeck", found=text[:40])
    return roubles.quantize(KOPECK)


def read_points(text: str) -> int:
    number = read_number(text)
    if number < 0:
        raise CellRefused("negative", found=text[:40])
    if number != number.to_integral_value():
        raise CellRefused("not_whole", found=text[:40])
    return int(number)


def read_quantity(text: str, *, most: int) -> int:
    number = read_number(text)
    if not 1 <= number <= most or number != number.to_integral_value():
        raise CellRefused("bad_quantity", found=text[:40], limit=most)
    return int(number)


def read_percent_bp(text: str) -> int:
    """A percentage between 0 and 100 in basis points."""
    number = read_number(text.strip().removesuffix("%"))
    if not 0 <= number <= 100 or number * 100 != (number * 100).to_integral_value():
        raise CellRefused("bad_percent", found=text[:40])
    return int(number * 100)


def read_flag(text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise CellRefused("bad_flag", found=text[:40])
    return word in _YES


def read_sex(text: str) -> str:
    for sex, words in _SEXES.items():
        if text.lower() in words:
            return str(sex)
    raise CellRefused("bad_sex", found=text[:40])
