"""A worker that a test may kill: `python -m tests.what_if.worker_child DATABASE MOMENT`."""

import os
import sys
from datetime import datetime

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from loyalty.what_if import children, running  # noqa: E402

children.COMMAND = (sys.executable, "-m", "tests.what_if.part_child", sys.argv[1])
moment = datetime.fromisoformat(sys.argv[2])
running.run_waiting(now=lambda: moment)
