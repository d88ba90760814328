"""Celery tasks of the loyalty app."""

from typing import Any

from celery import shared_task

from clinics import clock
from loyalty.imports.runs import running as imports_running
from loyalty.imports.runs.asking import IMPORTS_TASK
from loyalty.nightly.night import run_due_nights
from loyalty.reports.files.waiting import REPORT_FILES_TASK, write_waiting
from loyalty.reports.mailing import send_due
from loyalty.schedule import NIGHTLY_TASK
from loyalty.what_if.asking import WHAT_IF_TASK
from loyalty.what_if.running import run_waiting


@shared_task(name=NIGHTLY_TASK)
def nightly(**_unknown: Any) -> None:
    """Do the clinics' nights that have begun and are not done. Safe to run twice, at once or again."""
    run_due_nights(at=clock.now())


@shared_task(name=IMPORTS_TASK)
def imports(**_unknown: Any) -> None:
    """Look through and write the files that wait. Safe to run twice: a file is claimed first."""
    imports_running.run_waiting(now=clock.now)


@shared_task(name=WHAT_IF_TASK)
def what_if(**_unknown: Any) -> None:
    """Count the what-if runs that wait. Safe to run twice: a run is claimed before it is counted."""
    run_waiting(now=clock.now)


@shared_task(name=REPORT_FILES_TASK)
def report_files(**_unknown: Any) -> None:
    """Write the files of reports that wait, send those that are due. Safe to run twice: each is claimed first."""
    write_waiting(now=clock.now)
    send_due(now=clock.now)
