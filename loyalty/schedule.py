"""The schedule that the portal starts with. It lives in the database and is edited in the admin.

Beat only says "look now": what there is to do stands in the tables.
"""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from loyalty.imports.runs.asking import IMPORTS_TASK
from loyalty.reports.files.waiting import REPORT_FILES_TASK
from loyalty.what_if.asking import WHAT_IF_TASK
from notifications.outbox import RELAY_TASK

NIGHTLY_TASK = "loyalty.nightly"
SWEEP_SECONDS = 15
LOOK_SECONDS = 60
# What each does, for whoever reads the list of what runs by itself.
DESCRIPTIONS = {
    NIGHTLY_TASK: _("Points become available, tiers, burning, reminders: each clinic once a night."),
    RELAY_TASK: _("Sends the messages that are due."),
    WHAT_IF_TASK: _("Counts what a draft of the program would have cost, where somebody has asked."),
    IMPORTS_TASK: _("Looks through uploaded files and writes those that have been confirmed."),
    REPORT_FILES_TASK: _("Writes large files of reports, and sends reports by e-mail on their days."),
}


def create_schedule(**_signal: Any) -> None:
    """Add what is missing, by name; what the staff have changed or switched off stays as it is.

    Runs after migrate. The nightly looks every hour, because clinics in other zones have other nights.
    """
    with translation.override(settings.LANGUAGE_CODE):
        if not PeriodicTask.objects.filter(name=NIGHTLY_TASK).exists():
            _create_nightly()
        if not PeriodicTask.objects.filter(name=RELAY_TASK).exists():
            _create_relay_sweep()
        for task in (WHAT_IF_TASK, IMPORTS_TASK, REPORT_FILES_TASK):
            if not PeriodicTask.objects.filter(name=task).exists():
                _create_look(task)


def _create_nightly() -> None:
    hourly, _is_new = CrontabSchedule.objects.get_or_create(
        minute="10", hour="*", day_of_week="*", day_of_month="*", month_of_year="*",
        timezone=settings.TIME_ZONE,
    )  # fmt: skip
    PeriodicTask.objects.create(
        name=NIGHTLY_TASK,
        task=NIGHTLY_TASK,
        crontab=hourly,
        expire_seconds=3600,
        description=str(DESCRIPTIONS[NIGHTLY_TASK]),
    )


def _create_relay_sweep() -> None:
    often, _is_new = IntervalSchedule.objects.get_or_create(every=SWEEP_SECONDS, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(
        name=RELAY_TASK,
        task=RELAY_TASK,
        interval=often,
        # Without a worker the calls must not pile up: one look sends all that is due.
        expire_seconds=SWEEP_SECONDS,
        description=str(DESCRIPTIONS[RELAY_TASK]),
    )


def _create_look(task: str) -> None:
    minute, _is_new = IntervalSchedule.objects.get_or_create(every=LOOK_SECONDS, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(
        name=task, task=task, interval=minute, expire_seconds=LOOK_SECONDS, description=str(DESCRIPTIONS[task])
    )
