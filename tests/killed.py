"""A process of a test's own that dies by kill -9 at a named point, on the test's database with committed rows."""

import os
import signal
import subprocess
from collections.abc import Sequence


def run_killed(command: Sequence[str], *, fail_point: str, seconds: int = 60, **environment: str) -> None:
    """Fails when the process lives on, or takes longer."""
    child = subprocess.run(
        command,
        env=os.environ | environment | {"FAIL_POINT": fail_point},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
