"""Days of the rules (dates) as moments of the ledger, in the calendar of the account's home clinic."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinics.calendar import end_of_day
from loyalty.ledger.posting import DatedDay, NewLot
from loyalty.rules.life import Life, rolling_date
from loyalty.rules.quote import LotPlan


def dated_day(day: date, tz: ZoneInfo) -> DatedDay:
    """A last day with the moment at which it ends."""
    return DatedDay(last_day=day, expires_at=end_of_day(day, tz))


def new_lot(plan: LotPlan, *, today: date, tz: ZoneInfo) -> NewLot:
    """The lot that a quote planned; points available later become so at the beginning of their day."""
    return NewLot(
        points=plan.points,
        last_day=plan.last_day,
        expires_at=None if plan.last_day is None else end_of_day(plan.last_day, tz),
        available_at=(
            None
            if plan.available_on <= today
            else datetime.combine(plan.available_on, time.min, tzinfo=tz).astimezone(UTC)
        ),
    )


def rolling_after_payment(life: Life, *, paid_on: date, tz: ZoneInfo) -> DatedDay | None:
    """The rolling date that a payment earns; None when points of the program do not roll."""
    day = rolling_date(life, paid_on=paid_on, stored=None)
    return None if day is None else dated_day(day, tz)


def grace_day(*, today: date, grace_days: int, tz: ZoneInfo) -> DatedDay:
    """The last day of points that come back into a burnt lot."""
    return dated_day(today + timedelta(days=grace_days), tz)
