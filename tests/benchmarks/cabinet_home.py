"""The cabinet's home over HTTP against the least a room can do: `python -m tests.benchmarks.cabinet_home`.

gunicorn with two workers, as the demo starts it; requests come evenly, whether the ones before are answered or
not, each for another of the members. The other view makes eight reads by primary key in all, those of the session
and the user among them, and draws the frame of the cabinet. By turns, in one run; the gate is on the p95.
The CPU of the workers per request tells the same on a machine that is busy with other work.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from importlib import import_module
from pathlib import Path
from threading import local

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from clinics.models import Clinic
from config import private_postgres
from loyalty.models import Account, Standing
from patients.cabinet.access import patient_page
from patients.cabinet.users import user_of
from patients.models import Card, Patient
from tests.benchmarks import harness
from tests.programs import give_points, make_member, publish_preset

GATE = 2.5
DATABASE = connection.settings_dict["NAME"]
BACKEND = "patients.cabinet.session_backend.PatientBackend"
FIRST_DAY = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
CONNECTIONS = local()


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: milliseconds of every request, round by round, and the workers' CPU milliseconds per request."""

    address: str
    rounds: list[list[float]] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def keep(self, times: list[float]) -> int:
        self.rounds.append(times)
        return len(times)


@patient_page
def frame(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Six reads after the session and the user with their patient and clinic."""
    standing = Standing.objects.get(pk=patient.standing.pk)
    Account.objects.get(pk=standing.account_id)
    Clinic.objects.get(pk=patient.home_clinic_id)
    Patient.objects.get(pk=patient.pk)
    Card.objects.get(pk=patient.pk)
    return render(request, "cabinet/room.html")


urlpatterns = [path("frame/", frame), path("", include("config.urls"))]


def application() -> object:
    """What gunicorn serves: the portal and one address more."""
    settings.ROOT_URLCONF = __name__
    return get_wsgi_application()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--operations", type=int, default=60)
    parser.add_argument("--per-second", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--port", type=int, default=8139)
    options = parser.parse_args()
    server = harness.start_server()
    try:
        sessions = seed(server, members=options.members, operations=options.operations)
        with serving(options.port) as gunicorn:
            compare(server, gunicorn, sessions, options)
    finally:
        connection.close()
        private_postgres.stop(server)


def seed(server: private_postgres.Server, *, members: int, operations: int) -> list[str]:
    """Members with a history each; returns the keys of their open sessions."""
    connection.close()
    harness.recreate(server, DATABASE)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    publish_preset()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = []
    for number in range(members):
        patient = make_member(f"Member {number}", phone=f"+7900{number:07d}", at=FIRST_DAY)
        for day in range(operations):
            at = FIRST_DAY + timedelta(days=day)
            last_day = (at + timedelta(days=400)).date() if day % 3 == 0 else None
            give_points(patient, 100 + day, last_day=last_day, at=at, key=f"earned:{number}:{day}")
        user = user_of(patient)
        session = store()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys.append(session.session_key)
    connection.close()
    with harness.connect(server, DATABASE) as raw:
        raw.execute("vacuum analyze")
    return keys


@contextmanager
def serving(port: int) -> Iterator[int]:
    """The number of the gunicorn process that answers on the port."""
    command = [sys.executable, "-m", "gunicorn", "tests.benchmarks.cabinet_home:application()",
               "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "2", "--threads", "8",
               "--keep-alive", "60", "--log-level", "warning", "--no-control-socket"]  # fmt: skip
    environment = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "config.settings", "DEMO_CLOCK": ""}
    process = subprocess.Popen(command, env=environment, cwd=harness.CHECKOUT)
    try:
        wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            ask(HTTPConnection("127.0.0.1", port), "/login/", "")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("gunicorn did not start")


def compare(
    server: private_postgres.Server, gunicorn: int, sessions: list[str], options: argparse.Namespace
) -> None:
    pages = {name: Measured(address) for name, address in (("home", "/"), ("frame", "/frame/"))}
    for page in pages.values():
        load(page.address, sessions, options, seconds=3)
    foreign = []
    for _round in range(options.rounds):
        for page in pages.values():
            before = worker_seconds(gunicorn)
            sample = harness.measure(server, lambda asked=page: asked.keep(load(asked.address, sessions, options)))
            page.cpu.append((worker_seconds(gunicorn) - before) * 1e3 / sample.operations)
            foreign.append(sample.foreign)
    print(
        f"{options.members} members, {options.operations} operations each, {options.per_second} requests a second"
    )
    print("| page | median ms | p95 ms | CPU ms of the workers |\n|---|---:|---:|---:|")
    for name, page in pages.items():
        every = [each for times in page.rounds for each in times]
        print(
            f"| {name} | {statistics.median(every):.1f} | {p95(every):.1f} | {statistics.median(page.cpu):.1f} |"
        )
    home, least = pages["home"], pages["frame"]
    ratios = [p95(ours) / p95(theirs) for ours, theirs in zip(home.rounds, least.rounds, strict=True)]
    ratio, cpu = statistics.median(ratios), statistics.median(home.cpu) / statistics.median(least.cpu)
    print(
        f"p95 of home / p95 of the frame: {ratio:.2f} (gate {GATE}), rounds {min(ratios):.2f} to {max(ratios):.2f}"
    )
    print(f"CPU of home / CPU of the frame: {cpu:.2f}; foreign {min(foreign):.2f} to {max(foreign):.2f}")
    if ratio > GATE:
        sys.exit("the gate is missed")


def worker_seconds(gunicorn: int) -> float:
    """CPU that the workers have used so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            ticks += sum(map(int, fields[11:13])) if int(fields[1]) == gunicorn else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def load(address: str, sessions: list[str], options: argparse.Namespace, *, seconds: int = 0) -> list[float]:
    """Milliseconds from the moment each request was due: a late answer holds up nobody's start."""
    count = options.per_second * (seconds or options.seconds)
    begin = time.perf_counter() + 0.1

    def one(number: int) -> float:
        due = begin + number / options.per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        ask(_own_connection(options.port), address, sessions[number % len(sessions)])
        return (time.perf_counter() - due) * 1e3

    with ThreadPoolExecutor(max_workers=16) as clients:
        return list(clients.map(one, range(count)))


def ask(server: HTTPConnection, address: str, session: str) -> None:
    server.request("GET", address, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"})
    answer = server.getresponse()
    body = answer.read()
    if answer.status != 200 or b"</html>" not in body:
        raise RuntimeError(f"{address}: {answer.status}")


def _own_connection(port: int) -> HTTPConnection:
    if not hasattr(CONNECTIONS, "server"):
        CONNECTIONS.server = HTTPConnection("127.0.0.1", port)
    server: HTTPConnection = CONNECTIONS.server
    return server


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
