"""The nights of the clinics.

The steps come in this order: forgotten visits; pending becomes available; gifts; tiers; unused codes; burning;
reminders; call list. A clinic's night begins at 03:00 of its own day, whatever the server's zone. Each
step reads from the data what is left to do: it may run twice, in two workers, or for the first time after days of
downtime.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo

from clinics import fail_points
from clinics.models import Clinic
from loyalty.imports.runs.asking import forget_old_imports
from loyalty.models import NightlyRun
from loyalty.nightly import journal
from loyalty.nightly.call_list import make_call_list
from loyalty.nightly.gifts import give_gifts
from loyalty.nightly.point_sweeps import burn_expired, release_pending
from loyalty.nightly.privilege_codes import return_unused_codes
from loyalty.nightly.reminders import plan_reminders
from loyalty.nightly.tier_recount import recount_tiers
from loyalty.nightly.visits import close_forgotten_visits
from loyalty.rollups.counting import count_night
from loyalty.what_if.asking import forget_old_runs
from patients.former_members import forget_former_members

logger = logging.getLogger(__name__)

# Late enough for the burning delay and for clocks that are moved by an hour, early enough to end by morning.
NIGHT_BEGINS = time(3)

Step = NightlyRun.Step
STEPS: tuple[tuple[NightlyRun.Step, Callable[..., None]], ...] = (
    (Step.VISITS, close_forgotten_visits),
    (Step.RELEASE, release_pending),
    (Step.GIFTS, give_gifts),
    (Step.TIERS, recount_tiers),
    # Before burning: what they bring back past its day goes in the same night.
    (Step.CODES, return_unused_codes),
    (Step.BURN, burn_expired),
    (Step.REMIND, plan_reminders),
    (Step.CALLS, make_call_list),
    (Step.ROLLUP, count_night),
)


class NightFailed(Exception):
    """Some clinics' nights broke off; the others are done, and the next run takes these up again."""

    def __init__(self, clinic_codes: list[str]) -> None:
        super().__init__(", ".join(clinic_codes))
        self.clinic_codes = clinic_codes


def run_due_nights(*, at: datetime) -> None:
    """Do for every clinic the steps of its latest night that are not finished yet. Raises NightFailed."""
    forget_old_runs(at=at)
    forget_old_imports(at=at)
    forget_former_members(today=at.date())
    _for_every_clinic(at, steps_done=lambda clinic, day: journal.finished_steps(clinic=clinic, day=day))


def repeat_nights(*, at: datetime) -> None:
    """Do all steps of every clinic's latest night, finished or not. Raises NightFailed."""
    _for_every_clinic(at, steps_done=lambda clinic, day: set())


def night_of(moment: datetime, zone: tzinfo) -> date:
    """The day whose night began last in the zone."""
    local = moment.astimezone(zone)
    return local.date() if local.time() >= NIGHT_BEGINS else local.date() - timedelta(days=1)


def _for_every_clinic(at: datetime, *, steps_done: Callable[[Clinic, date], set[str]]) -> None:
    failed = []
    # Closed clinics too: their patients' points live and burn.
    for clinic in Clinic.objects.order_by("id"):
        day = night_of(at, clinic.tz)
        try:
            _run(clinic, day=day, done=steps_done(clinic, day), at=at)
        except Exception:
            # One clinic's trouble must not keep the other clinics' points from burning on time.
            logger.exception("the night %s of clinic %s broke off", day, clinic.code)
            failed.append(clinic.code)
    if failed:
        raise NightFailed(failed)


def _run(clinic: Clinic, *, day: date, done: set[str], at: datetime) -> None:
    for step, act in STEPS:
        if step in done:
            continue
        run = journal.begin_step(clinic=clinic, day=day, step=step, at=at)
        act(clinic=clinic, run=run, at=at)
        fail_points.reached("nightly.before_finish")
        journal.finish_step(run, at=at)
