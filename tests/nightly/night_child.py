"""A night in a process that a test may kill: `python -m tests.nightly.night_child DATABASE MOMENT`."""

import os
import sys
from datetime import datetime

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from loyalty.nightly import night, point_sweeps, reminders, tier_recount  # noqa: E402

# Several slices of a few members.
point_sweeps.SLICE = reminders.SLICE = tier_recount.SLICE = 2

night.run_due_nights(at=datetime.fromisoformat(sys.argv[2]))
