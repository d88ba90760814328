"""Measures a peer: its clients are our child processes, so their CPU is counted like our own."""

import subprocess
import tempfile
import time
from pathlib import Path

from config import private_postgres
from tests.benchmarks import harness
from tests.benchmarks.harness import Sample
from tests.benchmarks.peers.closed_loop import SLOT, read_counts

PEERS = Path(__file__).resolve().parent / "peers"
READY_TIMEOUT_SECONDS = 120


def dsn(server: private_postgres.Server, database: str) -> str:
    return f"postgresql://{private_postgres.SERVER_ROLE}@/{database}?host={server.socket_dir}"


def seed_peer(server: private_postgres.Server, *, python: str, script: str, database: str) -> None:
    harness.recreate(server, database)
    subprocess.run([python, str(PEERS / script), "seed", dsn(server, database)], check=True)
    with harness.connect(server, database) as connection:
        connection.execute("vacuum analyze")


def measure_peer(
    server: private_postgres.Server,
    *,
    python: str,
    script: str,
    act: str,
    database: str,
    clients: int,
    seconds: float,
) -> Sample:
    """Operations and CPU in a window in which every client has done at least one operation."""
    with tempfile.NamedTemporaryFile() as file:
        counts = Path(file.name)
        counts.write_bytes(bytes(SLOT.size * clients))
        processes = [
            subprocess.Popen([python, str(PEERS / script), act, dsn(server, database), str(counts), str(index)])
            for index in range(clients)
        ]
        try:
            _wait_until_all_work(counts, processes)

            def window() -> int:
                before = sum(read_counts(counts))
                time.sleep(seconds)
                return sum(read_counts(counts)) - before

            return harness.measure(server, window)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()


def _wait_until_all_work(counts: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while min(read_counts(counts)) < 1:
        if time.monotonic() > deadline or any(process.poll() is not None for process in processes):
            raise RuntimeError("a client of the peer did not start")
        time.sleep(0.1)
