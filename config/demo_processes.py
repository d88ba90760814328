"""Starts the demo's child processes and makes sure that none of them outlives it.

Each child leads a process group of its own: Ctrl-C in the terminal reaches only the demo, which then stops
the groups in order. Should the demo be killed outright, the kernel sends every child SIGTERM.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running child; its process group has the number of its process."""

    name: str
    process: "subprocess.Popen[bytes]"

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None


def die_with_parent(parent_pid: int) -> Callable[[], None]:
    """What a child does before it becomes another program, so that SIGTERM follows its parent's death."""
    libc = ctypes.CDLL(None, use_errno=True)

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:  # the parent died before the line above
            os._exit(1)

    return arrange


def start_child(*, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(os.getpid()),  # noqa: PLW1509  # no threads run here
    )
    return Child(name=name, process=process)


def stop_children(children: Sequence[Child]) -> None:
    """Ask every group to end, last started first, and kill what is left after GRACE_SECONDS."""
    for child in reversed(children):
        _signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.0, deadline - time.monotonic()))
    for child in children:
        # A group may outlive its leader, for example the scheduler a killed worker leaves behind.
        _signal_group(child, signal.SIGKILL)
        child.process.wait()


def _signal_group(child: Child, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)
