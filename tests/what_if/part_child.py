"""A part of a run on a test's database: `python -m tests.what_if.part_child DATABASE`, the job by stdin."""

import os
import sys

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from django.core.management import call_command  # noqa: E402

call_command("what_if_part")
