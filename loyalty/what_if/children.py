"""The parts of a run in processes of their own, whatever the worker's pool is: its own processes may have none.

A job goes in by stdin, lines of progress and at last the result come out by stdout; faults go to the worker's own
stderr. A child whose worker has died meets a broken pipe at its next report and ends.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from typing import Any

from loyalty.what_if.part import PartJob, PartResult

# Django finds the settings by the environment that the worker itself was started with.
COMMAND: Sequence[str] = (sys.executable, "-m", "django", "what_if_part")
# A worker that hears nothing from its children still says that it lives.
LONGEST_SILENCE_SECONDS = 2.0


class PartFailed(Exception):
    """A child has ended without a result; its stderr says why."""

    def __init__(self, *, part: int, status: int) -> None:
        super().__init__(f"part {part} ended with {status}")
        self.part = part
        self.status = status


def live_parts(jobs: Sequence[PartJob], *, report: Callable[[int], None]) -> list[PartResult]:
    """Every job in a child of its own, all at once; results come in the order of the jobs.

    `report` is told how many more receipts are done, and 0 from time to time; what it raises stops all children.
    Raises PartFailed.
    """
    heard: SimpleQueue[int | None] = SimpleQueue()
    with ExitStack() as stack:
        children = [stack.enter_context(_Child(job, heard)) for job in jobs]
        running = len(children)
        while running:
            try:
                done = heard.get(timeout=LONGEST_SILENCE_SECONDS)
            except Empty:
                done = 0
            if done is None:
                running -= 1
            else:
                report(done)
        return [child.result() for child in children]


class _Child:
    """Entered it runs, and tells what it has done, None at its end; leaving kills it."""

    def __init__(self, job: PartJob, heard: "SimpleQueue[int | None]") -> None:
        self._job = job
        self._heard = heard
        self._result: dict[str, Any] | None = None

    def __enter__(self) -> "_Child":
        # A file, not a pipe: a job of many rules does not fit into a pipe, and writing would wait for the reader.
        with tempfile.TemporaryFile("w+") as job:
            json.dump(self._job.as_json(), job)
            job.seek(0)
            self._process = subprocess.Popen(COMMAND, stdin=job, stdout=subprocess.PIPE, text=True)
        self._output = self._process.stdout or ()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()

    def result(self) -> PartResult:
        status = self._process.wait()
        if status or self._result is None:
            raise PartFailed(part=self._job.part.number, status=status)
        return PartResult.from_json(self._result)

    def _listen(self) -> None:
        try:
            for line in self._output:
                told = json.loads(line)
                self._result = told.get("result")
                self._heard.put(told.get("done", 0))
        finally:
            self._heard.put(None)
