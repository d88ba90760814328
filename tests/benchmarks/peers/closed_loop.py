"""Repeats an operation until told to stop, counting in a shared file. Standard library only: peers import it."""

import mmap
import signal
import struct
from collections.abc import Callable
from pathlib import Path

SLOT = struct.Struct("q")


def repeat(operation: Callable[[], object], *, counts: Path, index: int) -> None:
    """Run until SIGTERM; slot `index` of the file holds the number of operations done."""
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    with counts.open("r+b") as file, mmap.mmap(file.fileno(), 0) as slots:
        done = 0
        while not stopped:
            operation()
            done += 1
            SLOT.pack_into(slots, index * SLOT.size, done)


def read_counts(counts: Path) -> list[int]:
    return [value for (value,) in SLOT.iter_unpack(counts.read_bytes())]
