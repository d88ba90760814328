"""Goes through days of the demo's clock as real ones would pass: nights, then the messages of the day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Sum

from clinics.models import DemoClock
from loyalty.models import NightlyRun
from loyalty.nightly.night import run_due_nights
from notifications import relay
from notifications.relay import Outcome

ONE_DAY = timedelta(days=1)
# Messages wait for the daytime, ten hours: of three looks eight hours apart one falls into it.
EIGHT_HOURS = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class DayDone:
    """What one day brought; `at` is the demo's moment at which its nights were run."""

    at: datetime
    burnt_points: int
    burnt_accounts: int
    reminders: int
    messages: int

    @property
    def has_news(self) -> bool:
        return bool(self.burnt_points or self.reminders or self.messages)


def move_clock_by_a_day() -> None:
    """Every process of the demo follows within a second."""
    DemoClock.objects.get_or_create(id=1, defaults={"offset": timedelta()})
    DemoClock.objects.filter(id=1).update(offset=F("offset") + ONE_DAY)


def finish_day(*, until: datetime) -> int:
    """Send what falls due before the next day's night; how many messages went out."""
    return _send_due(at=until - 2 * EIGHT_HOURS) + _send_due(at=until - EIGHT_HOURS)


def begin_day(*, at: datetime) -> DayDone:
    """Run the nights that have begun by `at` and send what is due. Own transactions. Raises NightFailed."""
    run_due_nights(at=at)
    messages = _send_due(at=at)
    runs = NightlyRun.objects.filter(started_at=at)
    burnt = runs.filter(step=NightlyRun.Step.BURN).aggregate(points=Sum("points"), accounts=Sum("accounts"))
    reminded = runs.filter(step=NightlyRun.Step.REMIND).aggregate(accounts=Sum("accounts"))
    return DayDone(
        at=at,
        burnt_points=burnt["points"] or 0,
        burnt_accounts=burnt["accounts"] or 0,
        reminders=reminded["accounts"] or 0,
        messages=messages,
    )


def _send_due(*, at: datetime) -> int:
    sent = 0
    while (batch := relay.send_due(at=at)).claimed:
        sent += batch.outcomes[Outcome.SENT]
    return sent
