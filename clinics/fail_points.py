"""Named points at which a test kills the process, to prove that a crash there loses and doubles nothing.

A test starts a child process with FAIL_POINT=name, or name:3 for the third time the point is reached; the
process then gets SIGKILL, as it would from the kernel or a power cut. Without the variable, one comparison.
"""

import os
import signal
from collections import Counter

_ARMED, _, _COUNT = os.environ.get("FAIL_POINT", "").partition(":")
_seen: Counter[str] = Counter()


def reached(name: str) -> None:
    """Mark the point `name`; it kills the process when the environment asks for exactly this one."""
    if name != _ARMED:
        return
    _seen[name] += 1
    if _seen[name] >= int(_COUNT or 1):
        os.kill(os.getpid(), signal.SIGKILL)
