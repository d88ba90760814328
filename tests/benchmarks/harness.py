"""What every benchmark needs: a throwaway server, closed-loop clients, CPU per operation.

CPU of the clients and of the whole PostgreSQL cluster together, per operation, hardly moves with the neighbours on
the machine; operations per second do. Ratios are therefore taken of CPU. Linux only: it reads /proc.
"""

import multiprocessing
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config import private_postgres

CHECKOUT = Path(__file__).resolve().parents[2]
WARM_OPERATIONS = 50  # connected, prepared, the functions' plans cached
FORK = multiprocessing.get_context("fork")
SERVER_SETTINGS = {
    "shared_buffers": "768MB",
    "work_mem": "64MB",
    "max_wal_size": "3GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "max_locks_per_transaction": "128",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured run: operations, seconds, and CPU microseconds of clients and server per operation."""

    operations: int
    per_second: float
    cpu_us: float
    foreign: float  # share of the machine's CPU that others used meanwhile


def start_server() -> private_postgres.Server:
    """A private server of its own, beside the demo's and the tests'; nothing durable."""
    private_postgres.SETTINGS.update(SERVER_SETTINGS)
    return private_postgres.start(checkout=CHECKOUT, durable=False)


def connect(server: private_postgres.Server, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(server.socket_dir), user=private_postgres.SERVER_ROLE, dbname=database, autocommit=True
    )


def recreate(server: private_postgres.Server, database: str, *, template: str = "template0") -> None:
    with connect(server, "postgres") as admin:
        admin.execute(f"drop database if exists {database} with (force)")
        strategy = "" if template == "template0" else "strategy file_copy"
        admin.execute(f"create database {database} template {template} {strategy}")


def pgbench(server: private_postgres.Server, database: str, script: str, *, clients: int, seconds: int) -> int:
    """Run a script in a closed loop; returns the number of transactions."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds),
                   "-f", file.name, "-h", str(server.socket_dir), "-U", private_postgres.SERVER_ROLE,
                   database]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"actually processed: (\d+)", done.stdout)
    failed = re.search(r"failed transactions: (\d+)", done.stdout)
    if not found or (failed and int(failed[1])) or done.returncode:
        raise RuntimeError(done.stderr[-800:] or done.stdout)
    return int(found[1])


class ClosedLoop:
    """Forked client processes that repeat an operation until told to stop; entered, they are warm and running."""

    def __init__(self, make_operation: Callable[[int], Callable[[], object]], *, clients: int) -> None:
        self.done = FORK.RawArray("q", clients)
        self.stop = FORK.RawValue("b", 0)
        self.make_operation = make_operation
        self.processes = [FORK.Process(target=self._client, args=(index,)) for index in range(clients)]

    def _client(self, index: int) -> None:
        operation = self.make_operation(index)
        while not self.stop.value:
            operation()
            self.done[index] += 1

    def __enter__(self) -> "ClosedLoop":
        for process in self.processes:
            process.start()
        deadline = time.monotonic() + 30
        while min(self.done) < WARM_OPERATIONS and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop.value = 1
        for process in self.processes:
            process.join()
        if any(process.exitcode for process in self.processes):
            raise RuntimeError("a client failed")


def measure_clients(
    server: private_postgres.Server,
    make_operation: Callable[[int], Callable[[], object]],
    *,
    clients: int,
    seconds: float,
) -> Sample:
    """Operations and CPU inside a window in which all clients run: connecting and preparing stay outside."""
    with ClosedLoop(make_operation, clients=clients) as loop:

        def window() -> int:
            before = sum(loop.done)
            time.sleep(seconds)
            return sum(loop.done) - before

        return _sample(server, window, settle_seconds=0)


def measure(server: private_postgres.Server, run: Callable[[], int]) -> Sample:
    """CPU and time of a whole run that returns its number of operations."""
    # The postmaster reaps its finished backends in the end, or their CPU is lost to us.
    return _sample(server, run, settle_seconds=0.15)


def _sample(server: private_postgres.Server, run: Callable[[], int], *, settle_seconds: float) -> Sample:
    busy, total, ours = _cpu(server.pid)
    started = time.perf_counter()
    operations = run()
    seconds = time.perf_counter() - started
    time.sleep(settle_seconds)
    busy_after, total_after, ours_after = _cpu(server.pid)
    ticks = ours_after - ours
    return Sample(
        operations=operations,
        per_second=operations / seconds,
        cpu_us=ticks * 1e6 / os.sysconf("SC_CLK_TCK") / max(operations, 1),
        foreign=max(0.0, busy_after - busy - ticks) / max(total_after - total, 1),
    )


def median_ratio(base: list[Sample], other: list[Sample]) -> float:
    """Median over rounds of base CPU / other CPU: above 1 the other one is cheaper."""
    return statistics.median(b.cpu_us / o.cpu_us for b, o in zip(base, other, strict=True))


def _cpu(postmaster: int) -> tuple[int, int, int]:
    """Ticks: of the machine (busy, total), of this process with its children and of the cluster."""
    fields = [int(x) for x in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    total, idle = sum(fields), fields[3] + fields[4]
    ours = _ticks(os.getpid())[1] + _ticks(postmaster)[1]
    for name in os.listdir("/proc"):
        if name.isdigit():
            parent, ticks = _ticks(int(name))
            # The postmaster is our child too, unless it ran before us: it is counted above.
            if parent in (postmaster, os.getpid()) and int(name) != postmaster:
                ours += ticks
    return total - idle, total, ours


def _ticks(pid: int) -> tuple[int, int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0, 0
    return int(fields[1]), sum(int(x) for x in fields[11:15])
