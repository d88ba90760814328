"""Starts the demo's child processes and makes sure that none of them outlives it.

Each child leads a process group of its own: Ctrl-C in the terminal reaches only the demo, which then stops
the groups in order. Should the demo be killed outright, the kernel sends every child SIGTERM.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.parent_death import die_with_parent

GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running child; its process group has the number of its process."""

    name: str
    process: "subprocess.Popen[bytes]"

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None


def start_child(*, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(  # noqa: PLW1509  # no threads run here
            parent_pid=os.getpid(), signal_number=signal.SIGTERM
        ),
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
