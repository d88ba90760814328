"""A night that dies by kill -9 at a named point."""

import os
import signal
import subprocess
import sys
from datetime import datetime

from django.db import connection


def killed_night(fail_point: str, *, at: datetime) -> None:
    """Runs in a process of its own, on the test's database, with committed rows."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.nightly.night_child", connection.settings_dict["NAME"], at.isoformat()],
        env=os.environ | {"FAIL_POINT": fail_point},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
