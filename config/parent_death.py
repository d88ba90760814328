"""Ties a child process to its parent: the kernel signals the child when the parent is gone, even by SIGKILL."""

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def die_with_parent(*, parent_pid: int, signal_number: signal.Signals) -> Callable[[], None]:
    """What the child must call, before it becomes another program if it is to become one. Linux only."""
    libc = ctypes.CDLL(None, use_errno=True)

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent_pid:  # the parent died before the line above
            os._exit(1)

    return arrange
