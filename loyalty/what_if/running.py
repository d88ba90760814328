"""Counts the runs that wait, one after the other.

What is promised when a worker dies at any moment, or two look at once:
* no run is lost: an unfinished one is taken again when its lease has run out; after two tries it is said to be
  broken;
* a run has one result: a worker that has lost its lease stops and stores nothing.
"""

from collections.abc import Callable
from datetime import datetime

from clinics import background_runs, fail_points
from loyalty.models import WhatIfRun
from loyalty.what_if import claims
from loyalty.what_if.counting import count_what_if, past_months


def run_waiting(*, now: Callable[[], datetime]) -> None:
    """Count every run that waits. Safe to run twice, at once or again. Opens its own short transactions."""
    background_runs.do_waiting(
        claim_next=lambda claim: claims.claim_next(claim=claim, at=now()),
        do=lambda run, claim: _count(run, claim=claim, now=now),
        now=now,
    )


def _count(run: WhatIfRun, *, claim: str, now: Callable[[], datetime]) -> None:
    def report(done: int, total: int) -> None:
        background_runs.renew(run, claim=claim, done=done, total=total)
        fail_points.reached("what_if.after_report")

    fail_points.reached("what_if.after_claim")
    result = count_what_if(
        current=run.compared.document,
        draft=run.version.document,
        period=past_months(run.months, at=now()),
        report=report,
    )
    fail_points.reached("what_if.before_finish")
    background_runs.finish(run, claim=claim, result=result.as_json(), at=now())
