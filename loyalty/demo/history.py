"""Two years of visits of one patient. Pure: all chance comes from `rng`, all days count back from `today`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from random import Random
from zoneinfo import ZoneInfo

from loyalty.demo.clinics import SERVICES, DemoService

# Together an average of 2.5 lines a receipt and, over all kinds of patients, of 15 receipts.
LINES_OF_A_RECEIPT = (1, 2, 3, 4, 5)
LINE_WEIGHTS = (24, 30, 24, 14, 8)
LONGEST_DAYS = 729
# A course of treatment brings the patient back within weeks, a check-up after about half a year.
COURSE_OF_100 = 72
# How many of 100 visits pay a part with points, and how.
SPENDS_OF_100 = 18


class Habit(Enum):
    """What kind of guest the patient is."""

    REGULAR = auto()
    NEW = auto()  # joined this month, at most one visit
    LOST = auto()  # not seen for almost the points' whole life: they burn within weeks


class Spend(Enum):
    NOTHING = auto()
    BURNING = auto()
    MAXIMUM = auto()


@dataclass(frozen=True, slots=True)
class PlannedReceipt:
    """`paid_at` is aware; lines are services at list price."""

    paid_at: datetime
    services: tuple[DemoService, ...]
    spend: Spend


@dataclass(frozen=True, slots=True)
class PlannedLife:
    """A patient's joining and visits, oldest first."""

    joined_at: datetime
    receipts: tuple[PlannedReceipt, ...]


def plan_life(rng: Random, *, habit: Habit, today: date, tz: ZoneInfo) -> PlannedLife:
    """Visits within the last two years, none today: the desk's day begins empty."""
    days = sorted(set(_visit_days(rng, habit)), reverse=True)
    receipts = tuple(_receipt(rng, day=today - timedelta(days=ago), tz=tz) for ago in days)
    first = days[0] if days else rng.randrange(1, 25)
    joined_at = receipts[0].paid_at if receipts else _moment(rng, day=today - timedelta(days=first), tz=tz)
    # The card is made out at the first visit, minutes before it is paid.
    return PlannedLife(joined_at=joined_at - timedelta(minutes=20), receipts=receipts)


def _visit_days(rng: Random, habit: Habit) -> list[int]:
    """How many days ago the visits were."""
    if habit is Habit.NEW:
        return [rng.randrange(1, 25)] if rng.randrange(2) else []
    if habit is Habit.LOST:
        # 24 months are 730 or 731 days: these points have one to four weeks left.
        last = rng.randrange(702, LONGEST_DAYS)
        return [last, min(LONGEST_DAYS, last + rng.randrange(1, 12))]
    # Skewed to the whole two years: regular guests have been with the clinic for long.
    ago = LONGEST_DAYS - int(LONGEST_DAYS * 0.9 * rng.random() ** 2)
    days = []
    while ago > 0:
        days.append(ago)
        ago -= rng.randrange(4, 24) if rng.randrange(100) < COURSE_OF_100 else rng.randrange(36, 122)
    return days


def _receipt(rng: Random, *, day: date, tz: ZoneInfo) -> PlannedReceipt:
    count = rng.choices(LINES_OF_A_RECEIPT, LINE_WEIGHTS)[0]
    services = tuple(rng.choices(SERVICES, [item.weight for item in SERVICES], k=count))
    spend = Spend.NOTHING
    if rng.randrange(100) < SPENDS_OF_100:
        spend = Spend.MAXIMUM if rng.randrange(4) else Spend.BURNING
    return PlannedReceipt(paid_at=_moment(rng, day=day, tz=tz), services=services, spend=spend)


def _moment(rng: Random, *, day: date, tz: ZoneInfo) -> datetime:
    """Within the clinic's opening hours, 9 to 21."""
    opening = datetime.combine(day, time(9), tzinfo=tz)
    return (opening + timedelta(minutes=rng.randrange(12 * 60))).astimezone(UTC)
