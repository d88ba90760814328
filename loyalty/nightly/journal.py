"""The journal of a night's steps: begun once a day, counted slice by slice, finished once."""

from datetime import date, datetime

from django.db.models import F

from clinics.models import Clinic
from loyalty.models import NightlyRun


def begin_step(*, clinic: Clinic, day: date, step: str, at: datetime) -> NightlyRun:
    """The step's row; a second worker or a later run of the same day gets the same one."""
    run, _is_new = NightlyRun.objects.get_or_create(clinic=clinic, day=day, step=step, defaults={"started_at": at})
    return run


def add_done(run: NightlyRun, *, accounts: int, points: int) -> None:
    """Count a slice. Call in the slice's transaction: then a crash leaves what was done and its counts agreed."""
    NightlyRun.objects.filter(pk=run.pk).update(accounts=F("accounts") + accounts, points=F("points") + points)


def finish_step(run: NightlyRun, *, at: datetime) -> None:
    NightlyRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=at)


def finished_steps(*, clinic: Clinic, day: date) -> set[str]:
    done = NightlyRun.objects.filter(clinic=clinic, day=day, finished_at__isnull=False)
    return set(done.values_list("step", flat=True))
