"""A private PostgreSQL for the demo and the tests: unix socket only, nothing on the network.

Settings ask only for its socket folder; nothing starts on import. `manage.py demo` and the tests' root
conftest start the server under a file lock; other commands attach to it. It dies with its starter,
even with a killed one. As root it runs as `nobody` (see `postgres_binaries`).
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.parent_death import die_with_parent
from config.postgres_binaries import Binaries, find_binaries, others_may_enter, run_as_server, server_account
from config.postgres_folders import file_lock, socket_directory

SERVER_ROLE = "loyalty"
DATABASE = "loyalty"
START_TIMEOUT_SECONDS = 30
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
}
# Tests throw their data away: losing it in a crash costs nothing, waiting for the disk does.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresNotStarted(Exception):
    """The server did not come up; the text says why, mostly with the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running private server; `pid` is its postmaster. `started_here` tells who has to stop it."""

    socket_dir: Path
    data_dir: Path
    pid: int
    started_here: bool


def start(*, checkout: Path, durable: bool) -> Server:
    """Start the checkout's server, or attach to the one that runs already.

    Holds a file lock meanwhile, so two starters get one server; a data folder left by a killed run is reused.
    Durable data lives under `var/`; for root, where `nobody` cannot enter the checkout, under /var/lib.
    Raises PostgresNotFound and PostgresNotStarted.
    """
    socket_dir = socket_directory(checkout)
    data_dir = _data_directory(checkout=checkout, socket_dir=socket_dir, durable=durable)
    with file_lock(socket_dir.with_suffix(".lock")):
        running = find_running(socket_dir=socket_dir, data_dir=data_dir)
        if running is not None:
            return running
        _make_private_folder(socket_dir)
        if durable:
            _make_enterable(data_dir.parent)
        try:
            pid = _start_on_data(data_dir=data_dir, socket_dir=socket_dir, durable=durable)
        except PostgresNotStarted:
            if durable:
                raise
            # Data that was never synced may be broken after a crash of the machine; nothing is lost with it.
            shutil.rmtree(data_dir, ignore_errors=True)
            pid = _start_on_data(data_dir=data_dir, socket_dir=socket_dir, durable=durable)
        return Server(socket_dir=socket_dir, data_dir=data_dir, pid=pid, started_here=True)


def find_demo_server(checkout: Path) -> Server | None:
    """The durable server of this checkout if it runs now; starts nothing."""
    socket_dir = socket_directory(checkout)
    data_dir = _data_directory(checkout=checkout, socket_dir=socket_dir, durable=True)
    return find_running(socket_dir=socket_dir, data_dir=data_dir)


def find_running(*, socket_dir: Path, data_dir: Path) -> Server | None:
    pid = _recorded_pid(data_dir)
    if pid is None or not _is_postmaster(pid, data_dir=data_dir):
        return None
    _wait_until_ready(socket_dir=socket_dir, data_dir=data_dir, pid=pid)
    return Server(socket_dir=socket_dir, data_dir=data_dir, pid=pid, started_here=False)


def recreate_database(server: Server) -> None:
    """Drop the server's database with all its data and make an empty one."""
    with psycopg.connect(
        host=str(server.socket_dir), user=SERVER_ROLE, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)")
        _create_database(connection)


def stop(server: Server) -> None:
    """Shut the server down (PostgreSQL's fast mode, then its immediate one) and wait until it is gone."""
    for number, patience_seconds in ((signal.SIGINT, START_TIMEOUT_SECONDS), (signal.SIGQUIT, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, number)
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline:
            if _has_ended(server.pid):
                return
            time.sleep(0.02)


def _start_on_data(*, data_dir: Path, socket_dir: Path, durable: bool) -> int:
    try:
        version = (data_dir / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        version = ""
    except PermissionError as error:
        raise PostgresNotStarted(
            f"{data_dir} belongs to another user. Start as the user who made it, or remove it to begin anew."
        ) from error
    if version and durable:
        binaries = find_binaries(wanted_major=int(version))
    else:
        binaries = find_binaries()
        if version != str(binaries.major):
            shutil.rmtree(data_dir, ignore_errors=True)
            _initialise(binaries=binaries, data_dir=data_dir)
    _remove_foreign_pid(data_dir)
    return _spawn(binaries=binaries, data_dir=data_dir, socket_dir=socket_dir, durable=durable)


def _recorded_pid(data_dir: Path) -> int | None:
    try:
        return int((data_dir / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _is_postmaster(pid: int, *, data_dir: Path) -> bool:
    """Whether the process is the postmaster of this data: no zombie, no other that got its number."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return state != "Z" and os.fsencode(data_dir) in arguments
    except OSError:
        return False


def _has_ended(pid: int) -> bool:
    """Reaps our own child. A process that is just ending has no command line any more but still is one."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def _remove_foreign_pid(data_dir: Path) -> None:
    """PostgreSQL refuses to start when the number in a killed server's file now belongs to another process.

    With nobody behind the number PostgreSQL clears up itself, after looking for orphans of the dead server.
    """
    pid = _recorded_pid(data_dir)
    if pid is not None and Path(f"/proc/{pid}").exists():
        (data_dir / "postmaster.pid").unlink()


def _data_directory(*, checkout: Path, socket_dir: Path, durable: bool) -> Path:
    if not durable:
        return socket_dir / "data"
    if os.geteuid() != 0 or others_may_enter(checkout):
        return checkout / "var" / "postgres"
    return Path("/var/lib") / socket_dir.name


def _initialise(*, binaries: Binaries, data_dir: Path) -> None:
    """Make a new data folder beside its place and move it there whole: a killed initdb leaves no half one."""
    partial = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    _make_private_folder(partial)
    options = ["-U", SERVER_ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = run_as_server([str(binaries.folder / "initdb"), "-D", str(partial), *options])
    if done.returncode:
        raise PostgresNotStarted(f"initdb failed:\n{done.stderr[-2000:]}")
    partial.rename(data_dir)


def _spawn(*, binaries: Binaries, data_dir: Path, socket_dir: Path, durable: bool) -> int:
    settings = SETTINGS | ({} if durable else NOT_DURABLE) | {"unix_socket_directories": str(socket_dir)}
    command = [str(binaries.folder / "postgres"), "-D", str(data_dir)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    account = server_account()
    with (socket_dir / "server.log").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C in the terminal must reach us first; a killed parent takes the server with it.
            start_new_session=True,
            preexec_fn=die_with_parent(  # noqa: PLW1509
                parent_pid=os.getpid(), signal_number=signal.SIGINT
            ),
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    _wait_until_ready(socket_dir=socket_dir, data_dir=data_dir, pid=process.pid)
    return process.pid


def _wait_until_ready(*, socket_dir: Path, data_dir: Path, pid: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(
                host=str(socket_dir), user=SERVER_ROLE, dbname="postgres", autocommit=True, connect_timeout=2
            ) as connection:
                _create_database(connection)
                return
        except psycopg.OperationalError:
            if not _is_postmaster(pid, data_dir=data_dir):
                break
            time.sleep(0.02)
    log = socket_dir / "server.log"
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise PostgresNotStarted(f"The private PostgreSQL did not start. Its log ends with:\n{tail}")


def _create_database(connection: psycopg.Connection) -> None:
    known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
    if known is None:
        connection.execute(f"create database {DATABASE}")


def _make_enterable(folder: Path) -> None:
    """Our own `var/`: under a strict umask root would make it closed to the server's user."""
    folder.mkdir(parents=True, exist_ok=True)
    if server_account() and not others_may_enter(folder):
        folder.chmod(0o755)


def _make_private_folder(folder: Path) -> None:
    """A 0700 folder of the server's user. Refuses a folder, or a link, that another user has put there."""
    account = server_account()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    owner = folder.lstat().st_uid
    if folder.is_symlink() or owner not in {os.geteuid(), account.pw_uid if account else os.geteuid()}:
        raise PostgresNotStarted(f"{folder} was made by another user. Remove it, then start again.")
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)
    folder.chmod(0o700)
