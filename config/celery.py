"""The Celery application of the portal: workers and beat are started with `celery -A config`."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init

from config.parent_death import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_embedded_init.connect
def tie_beat_to_its_worker(**kwargs: Any) -> None:
    """The scheduler inside `worker -B` is a process of its own: a killed worker must not leave it behind."""
    die_with_parent(parent_pid=os.getppid(), signal_number=signal.SIGTERM)()
