"""Where the private PostgreSQL listens, and the locks that keep its starters apart. Starts nothing."""

import contextlib
import fcntl
import hashlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from config.postgres_binaries import others_may_enter

# A unix socket's address holds 107 bytes on Linux, 103 on macOS; the socket's own name takes 13.
LONGEST_SOCKET_FOLDER = 85


def socket_directory(checkout: Path) -> Path:
    """Folder of the unix socket; PRIVATE_POSTGRES tells the demo's server from those of the test runs."""
    return _folder_for(checkout=checkout, purpose=os.environ.get("PRIVATE_POSTGRES", "demo"))


def claim_test_purpose(checkout: Path) -> tuple[str, TextIO]:
    """A purpose no other test run of this checkout is using, and the lock that keeps it while it is open.

    Put the purpose into PRIVATE_POSTGRES: two runs at once then get a server each.
    """
    for number in itertools.count(1):
        purpose = f"tests-{number}"
        lock = _open_lock(_folder_for(checkout=checkout, purpose=purpose).with_suffix(".run"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return purpose, lock
    raise AssertionError("unreachable: the counter has no end")


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    with _open_lock(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _folder_for(*, checkout: Path, purpose: str) -> Path:
    """The temp folder + a hash of checkout, purpose and user."""
    digest = hashlib.sha256(f"{checkout}:{purpose}:{os.getuid()}".encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir())
    too_long = len(os.fsencode(folder)) + len("/loyalty-") + len(digest) > LONGEST_SOCKET_FOLDER
    if too_long or (os.geteuid() == 0 and not others_may_enter(folder)):
        folder = Path("/tmp")  # noqa: S108  # the socket's own folder below it is private
    return folder / f"loyalty-{digest}"


def _open_lock(path: Path) -> TextIO:
    # Never through a link: the name in the shared temp folder can be guessed.
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "w")
