"""A relay in a process of its own, which a test may kill: `python -m tests.notifications.relay_child DATABASE`."""

import os
import sys

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from notifications import relay  # noqa: E402
from tests.notifications import greeting  # noqa: E402

with greeting.registered():
    relay.send_due(at=greeting.NOON)
