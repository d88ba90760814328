"""Runs are asked for, taken by one worker, counted by two children, and leave nothing but their result."""

import contextlib
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import InternalError
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask

from clinics import background_runs, clock
from loyalty import tasks
from loyalty.management.commands import what_if_part
from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.nightly import night
from loyalty.program.versions import NoProgram
from loyalty.what_if import children, claims, counting, running
from loyalty.what_if.asking import NothingToCompare
from loyalty.what_if.counting import count_what_if, past_months
from loyalty.what_if.part import PartJob, PartResult, Side, SideResult
from loyalty.what_if.result import WhatIf
from loyalty.what_if.streams import LARGEST_ID, Part
from loyalty.what_if.trial.comparison import Comparison
from loyalty.what_if.trial.totals import Totals
from patients.models import Tag
from tests.programs import publish_preset
from tests.threads import run_together
from tests.what_if.asked import (
    AT,
    ask_for,
    generous,
    live_a_year,
    make_draft,
    rows_of_everything_else,
    waiting_run,
)
from tests.what_if.programs import preset, rule
from tests.what_if.worlds import PERIOD, sums_of, sums_on_postgresql

pytestmark = pytest.mark.django_db

ALL = Part(0, 0, LARGEST_ID)


def run_waiting():
    running.run_waiting(now=lambda: AT)


def silent(done, total):
    pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_real_children")
def test_two_children_count_what_the_receipts_came_to_and_write_nothing_else():
    live_a_year()
    run = ask_for(make_draft())
    before = rows_of_everything_else()

    run_waiting()

    run.refresh_from_db()
    result = WhatIf.from_json(run.result)
    assert rows_of_everything_else() == before
    assert (run.state, run.done, run.total, run.finished_at) == ("DONE", 15, 15, AT)
    assert result.period == past_months(12, at=AT)
    assert sums_of(result.current.totals) == sums_on_postgresql(preset("dentistry"), result.period)
    assert result.draft.figures.points_issued > result.current.figures.points_issued
    assert sum(tier.winners for tier in result.comparison.by_tier.values()) == 5


@pytest.mark.django_db(transaction=True)
def test_a_child_may_write_nothing_at_all(monkeypatch, capsys):
    publish_preset()
    job = PartJob(PERIOD, ALL, Side(preset("dentistry")), Side(generous()))
    monkeypatch.setattr(what_if_part.json, "load", lambda stream: job.as_json())
    monkeypatch.setattr(what_if_part, "live_part", lambda job, *, report: Tag.objects.create(code="x", name="x"))

    with pytest.raises(InternalError, match="read-only"):
        call_command("what_if_part")

    assert not Tag.objects.exists()


@pytest.mark.usefixtures("_no_children")
def test_result_survives_json():
    live_a_year(members=2, each=2)

    result = count_what_if(
        current=preset("dentistry"), draft=generous(), period=past_months(12, at=AT), report=silent
    )

    assert WhatIf.from_json(result.as_json()) == result


@pytest.mark.usefixtures("_no_children")
def test_a_budget_that_runs_out_is_counted_once_more_and_given_to_the_last_point():
    live_a_year(members=4, each=4)
    document = preset("dentistry")
    budget = {"points": 500, "period": "program"}
    document["earning"]["rules"] = [rule("cashback", {"kind": "percent", "percent": 5}, budget=budget)]
    bar = []

    result = count_what_if(
        current=preset("dentistry"),
        draft=document,
        period=past_months(12, at=AT),
        report=lambda done, total: bar.append((done, total)),
    )

    assert result.draft.totals.whole.points_issued == 500
    assert result.current.totals.whole.points_issued > 500
    assert result.are_budgets_exact
    assert (bar[-1], {total for _done, total in bar}) == ((32, 32), {32})


def test_months_are_of_the_calendar_and_begin_at_midnight():
    period = past_months(9, at=AT)

    assert (period.starts_at.isoformat(), period.until) == ("2026-02-22T00:00:00+03:00", AT)


def test_a_child_that_ends_without_a_result_is_a_failure(monkeypatch):
    monkeypatch.setattr(children, "COMMAND", ("false",))
    jobs = [PartJob(PERIOD, Part(number, 0, 0), Side({}), Side({})) for number in range(2)]

    with pytest.raises(children.PartFailed) as caught:
        children.live_parts(jobs, report=lambda done: None)

    assert (caught.value.part, caught.value.status) == (0, 1)


def test_children_are_killed_when_the_report_refuses(monkeypatch):
    monkeypatch.setattr(children, "COMMAND", ("sh", "-c", "echo '{\"done\": 1}'; exec sleep 60"))
    started = []
    real = children.subprocess.Popen
    monkeypatch.setattr(children.subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[-1])

    def refuse(done):
        raise background_runs.ClaimLost

    with pytest.raises(background_runs.ClaimLost):
        children.live_parts([PartJob(PERIOD, ALL, Side({}), Side({}))], report=refuse)

    assert [child.poll() for child in started] == [-9]


def test_the_same_open_question_is_asked_once():
    waiting = waiting_run()

    again, other = ask_for(waiting.version), ask_for(waiting.version, months=3)

    assert (again, other == waiting) == (waiting, False)
    assert WhatIfRun.objects.count() == 2


def test_a_changed_draft_is_asked_about_anew_though_it_is_being_counted():
    run = waiting_run()
    claims.claim_next(claim="a", at=AT)

    same = ask_for(run.version)
    ProgramVersion.objects.filter(pk=run.version_id).update(revision=1)
    run.version.refresh_from_db()
    fresh = ask_for(run.version)

    assert (same, fresh == run, fresh.revision) == (run, False, 1)


def test_there_must_be_something_to_compare_with():
    draft = make_draft()

    with pytest.raises(NoProgram):
        ask_for(draft)

    current = publish_preset()
    with pytest.raises(NothingToCompare):
        ask_for(current)
    assert not WhatIfRun.objects.exists()


def test_runs_go_one_after_the_other():
    first, second = waiting_run(), waiting_run()

    claimed = [claims.claim_next(claim=claim, at=AT) for claim in "ab"]

    assert claimed == [first, None]
    second.refresh_from_db()
    assert second.state == "WAITING"


def test_what_breaks_off_twice_is_said_to_be_broken_and_keeps_nobody_waiting(monkeypatch):
    broken, next_one = waiting_run(), waiting_run()
    real = running.count_what_if

    def count(**fields):
        if WhatIfRun.objects.get(pk=broken.pk).state == "RUNNING":
            raise children.PartFailed(part=0, status=1)
        return real(**fields)

    monkeypatch.setattr(running, "count_what_if", count)
    monkeypatch.setattr(counting, "live_parts", lambda jobs, *, report: [_empty_part() for _job in jobs])

    run_waiting()

    broken.refresh_from_db()
    next_one.refresh_from_db()
    assert (broken.state, broken.attempts, broken.result) == ("FAILED", 2, None)
    assert next_one.state == "DONE"


def _empty_part():
    return PartResult(SideResult(Totals(), {}), SideResult(Totals(), {}), Comparison())


def test_a_worker_that_has_lost_its_lease_stores_nothing(monkeypatch):
    run = waiting_run()

    def taken_over(jobs, *, report):
        WhatIfRun.objects.update(claimed_by="another")
        report(5)

    monkeypatch.setattr(counting, "live_parts", taken_over)

    run_waiting()

    run.refresh_from_db()
    assert (run.state, run.claimed_by, run.done, run.result) == ("RUNNING", "another", 0, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.concurrency
@pytest.mark.parametrize(
    ("lock", "claimed"),
    [("select %s", 2), (background_runs.LOCK, 1)],
    ids=["control-without-the-lock", "with-the-lock"],
)
def test_two_workers_take_a_run_once(monkeypatch, lock, claimed):
    waiting_run()
    # Its worker has died: the state that both see does not tell the second one that the first was quicker.
    WhatIfRun.objects.update(state="RUNNING", claimed_until=Now())
    monkeypatch.setattr(background_runs, "LOCK", lock)
    both_have_read = threading.Barrier(2)
    real = background_runs.F

    def written_together(name):
        """Just before the claim is written: both have seen the run wait, if nothing keeps them apart."""
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_read.wait(timeout=0.5)
        return real(name)

    monkeypatch.setattr(background_runs, "F", written_together)

    found = run_together(2, lambda index: claims.claim_next(claim=str(index), at=AT))

    assert sum(run is not None for run in found) == claimed


def test_old_runs_are_forgotten_by_the_night():
    run, recent, open_one = waiting_run(), waiting_run(), waiting_run()
    WhatIfRun.objects.filter(pk__in=[run.pk, recent.pk]).update(state="FAILED")
    WhatIfRun.objects.filter(pk__in=[run.pk, open_one.pk]).update(asked_at=AT - timedelta(days=57))

    night.run_due_nights(at=AT)

    assert set(WhatIfRun.objects.all()) == {recent, open_one}


def test_task_counts_what_waits_and_beat_looks_every_minute(monkeypatch):
    run = waiting_run()
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(counting, "live_parts", lambda jobs, *, report: [_empty_part() for _job in jobs])

    tasks.what_if(added_by_a_newer_version=True)

    run.refresh_from_db()
    assert (run.state, run.done) == ("DONE", 0)
    assert PeriodicTask.objects.get(name="loyalty.what_if").interval.every == 60
