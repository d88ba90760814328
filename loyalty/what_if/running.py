"""Counts the runs that wait, one after the other.

What is promised when a worker dies at any moment, or two look at once:
* no run is lost: an unfinished one is taken again when its lease has run out; after two tries it is said to be
  broken;
* a run has one result: a worker that has lost its lease stops and stores nothing.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime

from clinics import fail_points
from loyalty.models import WhatIfRun
from loyalty.what_if import claims
from loyalty.what_if.counting import count_what_if, past_months

logger = logging.getLogger(__name__)


class ClaimLost(Exception):
    """Another worker has taken the run, because this one was silent for too long."""


def run_waiting(*, now: Callable[[], datetime]) -> None:
    """Count every run that waits. Safe to run twice, at once or again. Opens its own short transactions."""
    claim = uuid.uuid4().hex
    while run := claims.claim_next(claim=claim, at=now()):
        fail_points.reached("what_if.after_claim")
        try:
            _count(run, claim=claim, now=now)
        except ClaimLost:
            logger.warning("what-if run %s was taken over", run.pk)
        except Exception:
            # One run's trouble must not keep the others waiting; the page says that it has broken off.
            logger.exception("what-if run %s broke off", run.pk)
            claims.give_up(run, claim=claim, at=now())


def _count(run: WhatIfRun, *, claim: str, now: Callable[[], datetime]) -> None:
    def report(done: int, total: int) -> None:
        if not claims.renew(run, claim=claim, done=done, total=total):
            raise ClaimLost
        fail_points.reached("what_if.after_report")

    result = count_what_if(
        current=run.compared.document,
        draft=run.version.document,
        period=past_months(run.months, at=now()),
        report=report,
    )
    fail_points.reached("what_if.before_finish")
    if not claims.finish(run, claim=claim, result=result.as_json(), at=now()):
        raise ClaimLost
