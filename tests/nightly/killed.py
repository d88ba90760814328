"""A night that dies by kill -9 at a named point."""

import sys
from datetime import datetime

from django.db import connection

from tests.killed import run_killed


def killed_night(fail_point: str, *, at: datetime) -> None:
    database = connection.settings_dict["NAME"]
    command = [sys.executable, "-m", "tests.nightly.night_child", database, at.isoformat()]
    run_killed(command, fail_point=fail_point)
