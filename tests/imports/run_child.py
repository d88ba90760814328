"""A worker that a test may kill: `python -m tests.imports.run_child DATABASE MOMENT`."""

import os
import sys
from datetime import datetime

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from loyalty.imports.runs import running  # noqa: E402

moment = datetime.fromisoformat(sys.argv[2])
running.run_waiting(now=lambda: moment)
