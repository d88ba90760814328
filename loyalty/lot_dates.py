"""Days of the rules (dates) as moments of the ledger, in the calendar of the account's home clinic."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinics.calendar import end_of_day, local_date
from loyalty.ledger.posting import DatedDay, NewLot, RollingDate, VisitLot
from loyalty.models import Account
from loyalty.rules.life import Life, LifeKind, Opening, last_day_of, payment_life, rolling_date
from loyalty.rules.quote import LotPlan


def dated_day(day: date, tz: ZoneInfo) -> DatedDay:
    """A last day with the moment at which it ends."""
    return DatedDay(last_day=day, expires_at=end_of_day(day, tz))


def new_lot(plan: LotPlan, *, today: date, tz: ZoneInfo) -> NewLot:
    """The lot that a quote planned; points available later become so at the beginning of their day."""
    if plan.on_closing is not None:
        return NewLot(points=plan.points, never_burns=plan.never_burns, waits_for_visit=True)
    return lot_of_closed_visit(plan, today=today, tz=tz)


def lot_of_closed_visit(plan: LotPlan, *, today: date, tz: ZoneInfo) -> NewLot:
    """As `new_lot`, where the visit is over: nothing waits for it."""
    return NewLot(
        points=plan.points,
        last_day=plan.last_day,
        expires_at=None if plan.last_day is None else end_of_day(plan.last_day, tz),
        never_burns=plan.never_burns,
        available_at=None if plan.available_on <= today else beginning_of_day(plan.available_on, tz),
    )


def visit_lot(lot_id: int, opening: Opening, *, closed_at: datetime, tz: ZoneInfo) -> VisitLot:
    """The days of a lot whose visit is closed at that moment."""
    today = local_date(closed_at, tz)
    available_on, last_day = opening.available_on(today), opening.last_day(today)
    return VisitLot(
        lot_id=lot_id,
        available_at=closed_at if available_on <= today else beginning_of_day(available_on, tz),
        last_day=last_day,
        expires_at=None if last_day is None else end_of_day(last_day, tz),
    )


def beginning_of_day(day: date, tz: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=tz).astimezone(UTC)


def lot_for(points: int, *, life: Life, given_on: date, tz: ZoneInfo) -> NewLot:
    """Points given outside a quote, available at once."""
    day = last_day_of(life, given_on=given_on)
    if day is None:
        return NewLot(points=points, never_burns=life.kind is LifeKind.NONE)
    return lot_until(points, last_day=day, tz=tz)


def lot_until(points: int, *, last_day: date, tz: ZoneInfo) -> NewLot:
    return NewLot(points=points, last_day=last_day, expires_at=end_of_day(last_day, tz))


def rolling_from(life: Life, *, lived_from: date, tz: ZoneInfo) -> RollingDate | None:
    """The rolling date that a payment, or the opening, earns; None when points with this life do not roll."""
    day = rolling_date(life, paid_on=lived_from, stored=None)
    return None if day is None else RollingDate(*dated_day(day, tz), life.length)


def rolling_after_payment(life: Life, *, account: Account, paid_on: date, tz: ZoneInfo) -> RollingDate | None:
    """None when points neither roll now nor did when those still on the account were given."""
    has_promised = account.rolling_until is not None and account.rolling_until >= paid_on
    is_held_to_it = has_promised and account.balance + account.pending > 0
    kept = payment_life(life, promised_months=account.rolling_months if is_held_to_it else None)
    return rolling_from(kept, lived_from=paid_on, tz=tz)


def grace_day(*, today: date, grace_days: int, tz: ZoneInfo) -> DatedDay:
    """The last day of points that come back into a burnt lot."""
    return dated_day(today + timedelta(days=grace_days), tz)
