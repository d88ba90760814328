"""The demo for real: in a copy of the checkout, from the first start to a killed one."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import postgres_folders
from config.demo_days import DayDone
from config.demo_lock import DemoRuns, PortBusy, check_port_free, take_demo_lock
from config.demo_processes import start_child, stop_children
from config.management.commands.demo_clock import _line, number_of_days
from loyalty.demo.showcase import SHOWN_PATIENTS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("clinics", "config", "loyalty", "notifications", "patients")
PATIENTS = 20
PATIENCE_SECONDS = 120


class Home:
    """A checkout of its own; every process started for it carries a mark, children and grandchildren too."""

    def __init__(self, path):
        self.path = path
        self.mark = f"DEMO_MARK={uuid.uuid4().hex}"
        self.port = free_port()

    @property
    def environment(self):
        # What the test run has set for its own server must not lead the demo there.
        clean = {k: v for k, v in os.environ.items() if k not in {"PRIVATE_POSTGRES", "DATABASE_URL"}}
        name, value = self.mark.split("=")
        return clean | {name: value}

    def manage(self, *arguments, **extra):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=self.path, env=self.environment | extra,
            capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    def start_demo(self):
        log = (self.path / "demo.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "demo", "--port", str(self.port), "--patients", str(PATIENTS)],
            cwd=self.path, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "Ready." not in self.log() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        assert "Ready." in self.log(), self.log()
        return process

    def log(self):
        return (self.path / "demo.log").read_text()

    def processes(self):
        """Command lines of all that live with the mark."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def left_processes(self, *, seconds=20):
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.2)
        return self.processes()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()

    def count(self, model):
        code = f"from {model.rsplit('.', 1)[0]} import {model.rsplit('.', 1)[1]} as m; print(m.objects.count())"
        return int(self.manage("shell", "-v0", "-c", code).stdout)


def is_alive(pid):
    """A zombie that nobody has waited for is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def home(monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir="/tmp"))
    folder.chmod(0o755)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    made = Home(folder)
    yield made
    for pid in made.processes():
        os.kill(pid, signal.SIGKILL)
    monkeypatch.delenv("PRIVATE_POSTGRES", raising=False)
    socket_dir = postgres_folders.socket_directory(folder)
    shutil.rmtree(socket_dir, ignore_errors=True)
    socket_dir.with_suffix(".lock").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def test_demo_from_the_first_start_to_a_killed_one(home):
    demo = home.start_demo()
    first_log = home.log()
    status, page = home.get("/admin/login/")
    second = home.manage("demo", "--port", str(free_port()))
    people = home.count("patients.models.Patient")
    demo.send_signal(signal.SIGINT)
    ended = demo.wait(timeout=60)

    assert (status, "csrfmiddlewaretoken" in page) == (200, True)
    for word in ("rita", "maria", "club-demo", "+79000004567", f"http://127.0.0.1:{home.port}/admin/desk/"):
        assert word in first_log
    assert f"A demo runs already at http://127.0.0.1:{home.port} (process {demo.pid})" in second.stderr
    assert people == PATIENTS + 4
    assert (ended, home.left_processes(seconds=5)) == (0, {})

    demo = home.start_demo()
    moved = home.manage("demo_clock", "+6d")
    kept = home.count("patients.models.Patient")
    audit = home.manage("ledger_audit")
    demo.kill()
    demo.wait(timeout=60)

    assert kept == people
    assert "Часы демонстрации показывают" in moved.stdout, moved.stderr
    # Anna's hot points: announced, then burnt.
    assert re.search(r"сгорело: [\d\u00a0]*[1-9][\d\u00a0]* балл", moved.stdout)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert home.left_processes() == {}


def test_demo_clock_says_what_to_do_when_the_demo_does_not_run(home):
    done = home.manage("demo_clock", "+1d")

    assert done.returncode != 0
    assert "Демонстрация не запущена. Запустите её в другом окне: manage.py demo" in done.stderr


def test_taken_port_is_refused_before_anything_is_started(home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", home.port))
        other.listen()

        done = home.manage("demo", "--port", str(home.port))

    assert done.returncode != 0
    assert f"Port {home.port} is taken by another program" in done.stderr
    assert not (home.path / "var" / "postgres").exists()


@pytest.mark.parametrize("command", [["demo"], ["demo_clock", "+1d"], ["demo_seed"]])
def test_production_database_is_never_touched(home, command):
    production = {
        "DATABASE_URL": "postgresql://portal@127.0.0.1:1/portal",
        "SECRET_KEY": "secret",
        "ALLOWED_HOSTS": "club.invalid",
        "PUBLIC_URL": "https://club.invalid",
        "CELERY_BROKER_URL": "amqp://broker.invalid//",
        "DEMO_CLOCK": "1",
    }

    done = home.manage(*command, **production)

    assert done.returncode != 0
    assert re.search(
        "must not run on a real database|Переводить можно только часы демонстрации|Only the demo's own",
        done.stderr,
    )


def test_stubborn_child_and_its_own_child_are_killed(monkeypatch, tmp_path):
    monkeypatch.setattr("config.demo_processes.GRACE_SECONDS", 0.5)
    note = tmp_path / "pid"
    code = (
        "import signal, subprocess, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"open({str(note)!r}, 'w').write(str(subprocess.Popen(['sleep', '60']).pid)); time.sleep(60)"
    )
    child = start_child(name="stubborn", command=[sys.executable, "-c", code], environment=os.environ)
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    grandchild = int(note.read_text())
    lived = is_alive(grandchild)

    stop_children([child])

    deadline = time.monotonic() + 5
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (lived, child.has_ended, is_alive(grandchild)) == (True, True, False)


def test_lock_tells_who_holds_it_and_is_free_afterwards(tmp_path):
    lock = take_demo_lock(path=tmp_path / "demo.lock", address="http://127.0.0.1:8000")

    with pytest.raises(DemoRuns) as refused:
        take_demo_lock(path=tmp_path / "demo.lock", address="http://127.0.0.1:8001")
    lock.file.close()
    again = take_demo_lock(path=tmp_path / "demo.lock", address="http://127.0.0.1:8001")

    assert (refused.value.pid, refused.value.address) == (str(os.getpid()), "http://127.0.0.1:8000")
    again.file.close()


def test_free_port_passes_and_a_taken_one_is_named():
    port = free_port()
    check_port_free(host="127.0.0.1", port=port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()

        with pytest.raises(PortBusy) as refused:
            check_port_free(host="127.0.0.1", port=port)

    assert refused.value.port == port


def test_news_of_a_day_are_told_with_right_plurals():
    done = DayDone(
        at=datetime(2026, 11, 28, tzinfo=UTC), burnt_points=1_451, burnt_accounts=2, reminders=3, messages=4
    )

    assert _line(done, sent_before=1) == (
        "28.11.2026  сгорело: 1\u00a0451 балл (счетов: 2), запланировано напоминаний: 3, отправлено сообщений: 5"
    )


@pytest.mark.parametrize("patient", SHOWN_PATIENTS, ids=lambda patient: patient.name)
def test_list_of_patients_states_nothing_that_days_change(patient):
    assert not re.search(r"\d|yesterday", patient.shows)


@pytest.mark.parametrize(("text", "days"), [("+40d", 40), ("40d", 40), ("1", 1)])
def test_days_are_read(text, days):
    assert number_of_days(text) == days


@pytest.mark.parametrize("text", ["-1d", "0", "d", "+40w", "5000", "1.5"])
def test_other_texts_are_no_days(text):
    with pytest.raises(Exception, match="не число дней"):
        number_of_days(text)
