"""A management command in a process of its own, which a test may kill:
`python -m tests.imports.command_child DATABASE COMMAND ARGUMENTS...`."""

import os
import sys

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from django.core.management import call_command  # noqa: E402

call_command(*sys.argv[2:])
