"""Who counts which run: a worker takes one under a lease, so that two never count the same, and none is lost.

Leases are measured on the database server's own clock: hosts may disagree, and the demo's clock may be moved.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from loyalty.models import WhatIfRun

State = WhatIfRun.State
# A worker renews it every few seconds; it outlives a database that is restarted.
LEASE = timedelta(minutes=2)
# What breaks off twice is broken, not unlucky.
MOST_ATTEMPTS = 2
# Runs go one after another: each keeps two processors busy, and the desks need theirs.
LOCK = "select pg_advisory_xact_lock(hashtext('loyalty.what_if'))"


def claim_next(*, claim: str, at: datetime) -> WhatIfRun | None:
    """Take the run that waits longest, or one whose worker has died; None while another worker counts one.

    What has died too often is said to be broken. Own transaction.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
        abandoned = WhatIfRun.objects.filter(state=State.RUNNING, claimed_until__lte=Now())
        abandoned.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, finished_at=at, **_released())
        if WhatIfRun.objects.filter(state=State.RUNNING, claimed_until__gt=Now()).exists():
            return None
        due = WhatIfRun.objects.filter(Q(state=State.WAITING) | Q(state=State.RUNNING)).order_by("id")
        run = due.select_related("version", "compared").first()
        if run is None:
            return None
        WhatIfRun.objects.filter(pk=run.pk).update(
            state=State.RUNNING,
            # The document as it is now is what will be counted.
            revision=run.version.revision,
            started_at=at,
            attempts=F("attempts") + 1,
            claimed_by=claim,
            claimed_until=Now() + LEASE,
            done=0,
        )
    run.attempts += 1
    return run


def renew(run: WhatIfRun, *, claim: str, done: int, total: int) -> bool:
    """Say that the run is alive and how far; False when the claim is lost."""
    return bool(_held(run, claim).update(done=done, total=total, claimed_until=Now() + LEASE))


def finish(run: WhatIfRun, *, claim: str, result: dict[str, Any], at: datetime) -> bool:
    """Store the result; False when the claim is lost."""
    return bool(
        _held(run, claim).update(state=State.DONE, result=result, finished_at=at, done=F("total"), **_released())
    )


def give_up(run: WhatIfRun, *, claim: str, at: datetime) -> None:
    """After a failure: another try, or the end."""
    if run.attempts < MOST_ATTEMPTS:
        _held(run, claim).update(state=State.WAITING, **_released())
    else:
        _held(run, claim).update(state=State.FAILED, finished_at=at, **_released())


def _held(run: WhatIfRun, claim: str) -> QuerySet[WhatIfRun]:
    return WhatIfRun.objects.filter(pk=run.pk, claimed_by=claim, state=State.RUNNING)


def _released() -> dict[str, Any]:
    return {"claimed_by": "", "claimed_until": None}
