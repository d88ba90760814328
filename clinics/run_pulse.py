"""Keeps a worker's run its own while it is busy: a thread renews the lease, on a database connection of its own.

What the work's own transaction writes nobody sees before it ends, and one long query renews nothing: to other
workers such a run would look abandoned after two minutes. The thread says how far the work is, too.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection

from clinics import background_runs
from clinics.background_runs import ClaimLost
from clinics.models.background_run import BackgroundRun

logger = logging.getLogger(__name__)
BEAT_SECONDS = 3.0


class Pulse:
    """Of one run under one claim; made by `kept_alive`."""

    def __init__(self, run: BackgroundRun, *, claim: str) -> None:
        self.run, self.claim = run, claim
        self.is_lost = False
        self._progress: dict[str, Any] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"pulse of {run}", daemon=True)

    def tell(self, **progress: Any) -> None:
        """How far the work is, in fields of the run; others see it with the next beat. Raises ClaimLost."""
        self._progress = progress
        if self.is_lost:
            raise ClaimLost

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(BEAT_SECONDS):
                self._renew()
        except ClaimLost:
            self.is_lost = True
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            background_runs.renew(self.run, claim=self.claim, **self._progress)
        except DatabaseError:
            # The lease outlives a database that is restarted; the next beat takes a new connection.
            logger.warning("%s %s: the lease was not renewed", self.run._meta.label, self.run.pk, exc_info=True)
            connection.close()


@contextmanager
def kept_alive(run: BackgroundRun, *, claim: str) -> Iterator[Pulse]:
    """The run stays this worker's for what is done inside, and for the length of a lease after it.

    Call outside a transaction. Raises ClaimLost at the end when another worker has taken it all the same: a
    machine may have slept.
    """
    pulse = Pulse(run, claim=claim)
    pulse.start()
    try:
        yield pulse
    finally:
        pulse.stop()
    background_runs.renew(run, claim=claim)
