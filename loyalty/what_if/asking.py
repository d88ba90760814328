"""Asks for a run; a worker takes it up within seconds. Old ones are forgotten."""

from datetime import datetime, timedelta

from celery import current_app
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.program.versions import current_version, lock_versions

WHAT_IF_TASK = "loyalty.what_if"
# A hint that nobody took in a minute is worthless: the sweep has come by meanwhile.
WAKE_EXPIRES_SECONDS = 60
KEPT = timedelta(weeks=8)
State = WhatIfRun.State


class NothingToCompare(Exception):
    """The version is the one in force itself."""


def ask(*, version: ProgramVersion, months: int, actor: User | None, at: datetime) -> WhatIfRun:
    """A run of the version beside the one in force; the same question that is still open is not asked twice.

    Own transaction. Raises NoProgram and NothingToCompare.
    """
    with transaction.atomic():
        lock_versions()
        compared = current_version(at=at)
        if compared.pk == version.pk:
            raise NothingToCompare
        question = {"version": version, "compared": compared, "months": months}
        is_open = Q(state=State.WAITING) | Q(state=State.RUNNING, revision=version.revision)
        run = WhatIfRun.objects.filter(is_open, **question).first()
        if run is None:
            run = WhatIfRun.objects.create(**question, revision=version.revision, asked_by=actor, asked_at=at)
        # Only a hint: if the broker is down the run waits for the next sweep.
        transaction.on_commit(_wake_worker, robust=True)
    return run


def forget_old_runs(*, at: datetime) -> None:
    """Those of more than eight weeks ago: the program and the receipts are others by now."""
    old = WhatIfRun.objects.filter(asked_at__lt=at - KEPT, state__in=[State.DONE, State.FAILED])
    old.delete()


def _wake_worker() -> None:
    current_app.send_task(WHAT_IF_TASK, expires=WAKE_EXPIRES_SECONDS, ignore_result=True, retry=False)
