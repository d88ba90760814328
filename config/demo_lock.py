"""One demo per checkout: a lock file that says who holds it and where it answers."""

import fcntl
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


class DemoRuns(Exception):
    """Another demo of this checkout runs."""

    def __init__(self, *, pid: str, address: str) -> None:
        super().__init__(pid, address)
        self.pid = pid
        self.address = address


class PortBusy(Exception):
    """Another program listens on the port."""

    def __init__(self, *, host: str, port: int) -> None:
        super().__init__(host, port)
        self.host = host
        self.port = port


@dataclass(frozen=True, slots=True)
class DemoLock:
    """Held as long as `file` is open; the kernel releases it when the process dies."""

    file: TextIO


def take_demo_lock(*, path: Path, address: str) -> DemoLock:
    """Claim the checkout's demo. Raises DemoRuns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with file:
            holder = _read_holder(file)
        raise DemoRuns(pid=holder.get("pid", "?"), address=holder.get("address", "?")) from None
    file.truncate(0)
    json.dump({"pid": str(os.getpid()), "address": address}, file)
    file.flush()
    return DemoLock(file)


def _read_holder(file: TextIO) -> dict[str, str]:
    try:
        holder: dict[str, str] = json.loads(file.read())
    except ValueError:  # its holder has not written it yet
        return {}
    return holder


def check_port_free(*, host: str, port: int) -> None:
    """Raises PortBusy, before anything has been started."""
    with socket.socket() as probe:
        # As the web server does: a port in TIME_WAIT after the last demo is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortBusy(host=host, port=port) from error
