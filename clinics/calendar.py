"""Calendar days of a clinic: months, periods, and the moments at which a local day begins and ends.

Nothing here reads the clock; a zone is always given, so that the server's own never matters.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

Period = Literal["month", "quarter", "year"]
MONTHS_IN: dict[Period, int] = {"month": 1, "quarter": 3, "year": 12}


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_after_days(given_on: date, days: int) -> date:
    """Last day of a life of N days: the day of issue is not counted."""
    return given_on + timedelta(days=days)


def end_of_period(day: date, period: Period) -> date:
    """Last day of the calendar month, quarter or year that holds the day."""
    length = MONTHS_IN[period]
    month = (day.month - 1) // length * length + length
    return date(day.year, month, monthrange(day.year, month)[1])


def start_of_period(day: date, period: Period) -> date:
    """First day of the calendar month, quarter or year that holds the day."""
    length = MONTHS_IN[period]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def local_date(moment: datetime, zone: tzinfo) -> date:
    """The calendar day of an aware moment in a zone. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone has no calendar day")
    return moment.astimezone(zone).date()


def minute_of_day(moment: datetime, zone: tzinfo) -> int:
    """Minutes on the clock's face since midnight, 0..1439, of an aware moment in a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone has no time of day")
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The first moment, in UTC, at which the day is over in the zone."""
    # Where a zone skips midnight, the missing 00:00 maps to the very moment of the change.
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def age_on(birth_date: date, day: date) -> int:
    """Full years on a day; who was born on 29 February has the birthday on the 28th in common years."""
    years = day.year - birth_date.year
    return years if add_months(birth_date, 12 * years) <= day else years - 1
