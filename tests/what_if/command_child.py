"""The command on a test's database at a moment: `python -m tests.what_if.command_child DATABASE MOMENT`."""

import os
import sys
from datetime import datetime

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from django.core.management import call_command  # noqa: E402

from clinics import clock  # noqa: E402
from loyalty.what_if import children  # noqa: E402

children.COMMAND = (sys.executable, "-m", "tests.what_if.part_child", sys.argv[1])
clock.now = lambda: datetime.fromisoformat(sys.argv[2])
call_command("program", "whatif", "2")
