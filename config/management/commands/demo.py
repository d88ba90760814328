"""`manage.py demo`: the whole portal on this machine, with demonstration data, until Ctrl-C."""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import private_postgres
from config.demo_lock import DemoRuns, PortBusy, check_port_free, take_demo_lock
from config.demo_processes import Child, start_child, stop_children
from config.postgres_binaries import PostgresNotFound
from loyalty.demo.clinics import DEMO_PASSWORD, STAFF
from loyalty.demo.showcase import SHOWN_PATIENTS

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  # only on request
WEB_START_SECONDS = 60
POLL_SECONDS = 0.2


class Stopped(Exception):
    """Somebody asked the demo to end."""


class Command(BaseCommand):
    help = "Starts the portal with demonstration data on this machine; Ctrl-C stops it and keeps the data."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web pages (default: 8000)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
        parser.add_argument("--patients", type=int, default=2000, help="patients to make up (default: 2000)")
        parser.add_argument("--fresh", action="store_true", help="forget the demo's data and begin anew")

    def handle(self, *args: Any, host: str, port: int, patients: int, fresh: bool, **options: Any) -> None:
        if not settings.LOCAL_MODE:
            raise CommandError("The demo makes up data: unset DATABASE_URL, it must not run on a real database.")
        if patients < 10:
            raise CommandError("--patients: at least 10.")
        # Listening on every address, it is reached by the local one from here.
        address = f"http://{'127.0.0.1' if host == EVERY_ADDRESS else host}:{port}"
        try:
            lock = take_demo_lock(path=settings.VAR_DIR / "demo.lock", address=address)
            check_port_free(host=host, port=port)
        except DemoRuns as error:
            raise CommandError(
                f"A demo runs already at {error.address} (process {error.pid}). Stop it with Ctrl-C first."
            ) from error
        except PortBusy as error:
            raise CommandError(
                f"Port {error.port} is taken by another program. "
                f"Choose another: manage.py demo --port {error.port + 1}"
            ) from error
        with lock.file, _signals_as_exceptions(), contextlib.suppress(Stopped):
            self._run(host=host, port=port, address=address, patients=patients, fresh=fresh)
        self._say("The demo has stopped. Its data is kept for the next start.")

    def _run(self, *, host: str, port: int, address: str, patients: int, fresh: bool) -> None:
        children: list[Child] = []
        server = self._start_database()
        try:
            if fresh:
                private_postgres.recreate_database(server)
            self._prepare_database()
            environment = _child_environment(host=host, address=address)
            children.append(start_child(name="web", command=_web_command(host, port), environment=environment))
            self._wait_for_web(children, address=address)
            self._print_addresses(address)
            seeding = start_child(
                name="demo data",
                command=[sys.executable, "manage.py", "demo_seed", "--patients", str(patients)],
                environment=environment,
            )
            children.append(seeding)
            self._wait_for_seeding(children, seeding)
            # Only now: the nightly run must not burn and remind in the middle of a replayed history.
            children.append(start_child(name="worker", command=_worker_command(), environment=environment))
            self._watch(children)
        finally:
            with _signals_ignored():
                stop_children(children)
                connections.close_all()
                if server.started_here:
                    private_postgres.stop(server)

    def _say(self, text: str) -> None:
        """At once, even into a file or a pipe: somebody waits for the address."""
        self.stdout.write(text)
        self.stdout.flush()

    def _start_database(self) -> private_postgres.Server:
        try:
            return private_postgres.start(checkout=settings.BASE_DIR, durable=True)
        except (PostgresNotFound, private_postgres.PostgresNotStarted) as error:
            raise CommandError(str(error)) from error

    def _prepare_database(self) -> None:
        self._say("Preparing the database...")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        # What a killed demo left in the broker is stale: due work lives in the database.
        shutil.rmtree(settings.VAR_DIR / "broker", ignore_errors=True)
        for name in ("broker", "broker-control"):
            (settings.VAR_DIR / name).mkdir(parents=True, exist_ok=True)
        connections.close_all()

    def _wait_for_web(self, children: Sequence[Child], *, address: str) -> None:
        deadline = time.monotonic() + WEB_START_SECONDS
        while time.monotonic() < deadline:
            _check_alive(children)
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310
                return
            time.sleep(POLL_SECONDS)
        raise CommandError("The web server does not answer. Its messages stand above.")

    def _wait_for_seeding(self, children: list[Child], seeding: Child) -> None:
        while not seeding.has_ended:
            _check_alive([child for child in children if child is not seeding])
            time.sleep(POLL_SECONDS)
        if seeding.process.returncode:
            raise CommandError("The demo data could not be made. The reason stands above.")
        children.remove(seeding)

    def _watch(self, children: Sequence[Child]) -> None:
        self._say("Ready. Ctrl-C stops the demo.")
        while True:
            _check_alive(children)
            time.sleep(POLL_SECONDS)

    def _print_addresses(self, address: str) -> None:
        lines = [
            "",
            f"  Desk      {address}/admin/desk/",
            f"  Admin     {address}/admin/",
            f"  Cabinet   {address}/",
            "",
            f"  Staff, password {DEMO_PASSWORD}:",
            *(f"    {person.username:<8} {person.role}" for person in STAFF),
            "",
            "  Here a password is enough. As in production, with a code of the phone for maria and olga:",
            "    STAFF_SECOND_STEP=1 manage.py demo",
            "",
            "  Patients log in to the cabinet by phone; the code appears here:",
            *(f"    {patient.phone}  {patient.name}: {patient.shows}" for patient in SHOWN_PATIENTS),
            "",
            "  Spending points takes the patient's consent: the code of their card page in the cabinet,",
            "  or the desk's SMS, which appears here; sonya, the senior, may decide without one.",
            "",
            "  Move the days on:  manage.py demo_clock +40d",
            "",
        ]
        self._say("\n".join(lines))


def _web_command(host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{port}",
            "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--graceful-timeout", "5",
            "--log-level", "warning", "--no-control-socket"]  # fmt: skip


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config", "--quiet", "worker", "-B", "--pool", "threads",
            "--concurrency", "4", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
            "--without-heartbeat"]  # fmt: skip


def _child_environment(*, host: str, address: str) -> dict[str, str]:
    own = {
        "DEMO_CLOCK": "1",
        "PUBLIC_URL": os.environ.get("PUBLIC_URL", address),
        "ALLOWED_HOSTS": "*" if host == EVERY_ADDRESS else host,
        # One-time codes and messages must appear at once.
        "PYTHONUNBUFFERED": "1",
        # Celery warns about root; the demo is one person's own.
        "PYTHONWARNINGS": "ignore::RuntimeWarning,ignore::UserWarning",
        "PYTHONPATH": str(Path(settings.BASE_DIR)),
    }
    return dict(os.environ) | own


def _check_alive(children: Sequence[Child]) -> None:
    for child in children:
        if child.has_ended:
            raise CommandError(f"The process “{child.name}” has ended by itself. Its messages stand above.")


@contextlib.contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Ctrl-C, `kill` and a closed terminal all end the demo in order."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _signals_ignored() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave processes behind; stopping is limited in time anyway."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
