"""Do the tests notice plausible bugs? `python -m tests.mutants [name ...]`

In copies of the checkout, one per core: the tests that the mutants name have to pass; then one bug at a time is
planted, and the tests that must notice it are run. Fails when a bug survives, when a patch no longer fits the
code, and when tests can not be run at all, which is no proof of anything.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutant import ROOT, DoesNotFit, Mutant, every_mutant

LEFT_OUT = (".git", ".venv", "venv", "var", "__pycache__", ".hypothesis", "*_cache", "*.egg-info")
# What pytest answers; any other code means that it could not run the tests.
PASSED, FAILED = 0, 1


class Verdict(StrEnum):
    KILLED = "killed"
    SURVIVED = "SURVIVED"
    DOES_NOT_FIT = "DOES NOT FIT"
    NOT_RUN = "NOT RUN"  # the tests could not be collected: the bug breaks the import, which proves nothing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Do the tests notice bugs?")
    parser.add_argument("names", nargs="*", metavar="name", help="only these mutants")
    names = parser.parse_args().names
    mutants = [mutant for mutant in every_mutant() if not names or mutant.name in names]
    if unknown := set(names) - {mutant.name for mutant in mutants}:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    with ExitStack() as stack:
        copies = [stack.enter_context(copied_checkout()) for _core in range(os.cpu_count() or 1)]
        if run_tests(copies[0], sorted({test for mutant in mutants for test in mutant.tests})) != PASSED:
            print("The tests have to pass before a bug is planted.", file=sys.stderr)
            return 1
        return exit_code(judge_all(mutants, copies))


def judge_all(mutants: Sequence[Mutant], copies: Sequence[Path]) -> list[Verdict]:
    """One bug at a time in each copy, all copies at once."""
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def judge_in_free_copy(mutant: Mutant) -> Verdict:
        copy = free.get()
        try:
            return report(mutant, copy)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(judge_in_free_copy, mutants))


@contextmanager
def copied_checkout() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="loyalty-mutants-") as folder:
        # As root the tests' PostgreSQL runs under another account, which has to get in.
        Path(folder).chmod(0o755)
        yield Path(shutil.copytree(ROOT, Path(folder) / "checkout", ignore=shutil.ignore_patterns(*LEFT_OUT)))


def report(mutant: Mutant, copy: Path) -> Verdict:
    began = time.monotonic()
    verdict = judge(mutant, copy)
    print(f"{verdict:<12} {time.monotonic() - began:5.1f} s  {mutant.name:<42} {mutant.bug}", flush=True)
    return verdict


def judge(mutant: Mutant, copy: Path) -> Verdict:
    """What the tests say to the bug; the copy is as before afterwards."""
    place = copy / mutant.path
    source = place.read_text()
    try:
        place.write_text(mutant.planted_in(source))
        code = run_tests(copy, mutant.tests)
    except DoesNotFit:
        return Verdict.DOES_NOT_FIT
    finally:
        place.write_text(source)
    return {PASSED: Verdict.SURVIVED, FAILED: Verdict.KILLED}.get(code, Verdict.NOT_RUN)


def run_tests(copy: Path, tests: Sequence[str]) -> int:
    """pytest's exit code; what it says is shown only when it could not run."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", *tests]
    # Bytecode of a bug must not outlive it: two edits within one second look alike to Python.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in {PASSED, FAILED}:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    return done.returncode


def exit_code(verdicts: Sequence[Verdict]) -> int:
    killed = verdicts.count(Verdict.KILLED)
    print(f"{killed} of {len(verdicts)} killed")
    return 0 if killed == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
