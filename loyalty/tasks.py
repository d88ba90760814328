"""Celery tasks of the loyalty app."""

from typing import Any

from celery import shared_task

from clinics import clock
from loyalty.nightly.night import run_due_nights
from loyalty.schedule import NIGHTLY_TASK


@shared_task(name=NIGHTLY_TASK)
def nightly(**_unknown: Any) -> None:
    """Do the clinics' nights that have begun and are not done. Safe to run twice, at once or again."""
    run_due_nights(at=clock.now())
