"""Kill -9 a worker at every named point of a run: it is taken up again, once, or said to be broken."""

import pytest
from django.db.models.functions import Now

from loyalty.models import WhatIfRun
from loyalty.what_if import running
from tests.killed import run_killed
from tests.what_if.asked import AT, ask_for, live_a_year, make_draft, rows_of_everything_else, worker_command

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = ["what_if.after_claim", "what_if.after_report", "what_if.before_finish"]


def killed_worker(fail_point):
    run_killed(worker_command(), fail_point=fail_point)


def run_waiting():
    running.run_waiting(now=lambda: AT)


@pytest.mark.usefixtures("_real_children")
@pytest.mark.parametrize("fail_point", POINTS)
def test_a_killed_run_is_taken_up_when_its_lease_is_over(fail_point):
    live_a_year(members=2, each=2)
    run = ask_for(make_draft())
    before = rows_of_everything_else()
    killed_worker(fail_point)

    run_waiting()
    run.refresh_from_db()
    still_leased = (run.state, run.attempts)
    WhatIfRun.objects.update(claimed_until=Now())
    run_waiting()

    run.refresh_from_db()
    assert still_leased == ("RUNNING", 1)
    assert (run.state, run.attempts, run.done, run.total) == ("DONE", 2, 4, 4)
    assert rows_of_everything_else() == before


def test_a_run_that_kills_its_workers_is_said_to_be_broken():
    live_a_year(members=1, each=1)
    run = ask_for(make_draft())
    for _try in range(2):
        killed_worker("what_if.after_claim")
        WhatIfRun.objects.update(claimed_until=Now())

    run_waiting()

    run.refresh_from_db()
    assert (run.state, run.attempts, run.finished_at, run.result) == ("FAILED", 2, AT, None)
