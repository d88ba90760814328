"""A bar on a terminal, none in a pipe; memory that does not grow with the file."""

import os
import pty
import subprocess
import sys
import termios
import tracemalloc
from pathlib import Path

import pytest
from django.db import connection

from loyalty.imports.patient_rows import COLUMNS
from loyalty.imports.table_file import read_table
from tests.imports.files import write_csv
from tests.people import make_clinic
from tests.programs import publish_preset


def run_child(path: Path, *, stderr: int) -> str:
    """Stdout of a dry run in a process of its own, whose stderr goes to the given descriptor."""
    child = subprocess.run(
        [
            *(sys.executable, "-m", "tests.imports.command_child", connection.settings_dict["NAME"]),
            *("import_patients", str(path), "--clinic", "mytishchi", "--source", "oldcrm", "--dry-run"),
        ],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        check=True,
        timeout=120,
    )
    return child.stdout


@pytest.fixture
def file(transactional_db, tmp_path):
    make_clinic()
    publish_preset("dentistry")
    return write_csv(tmp_path / "p.csv", "key;last_name", *(f"{n};Иванова" for n in range(1_200)))


def test_terminal_sees_a_bar(file):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    os.set_blocking(ours, False)

    out = run_child(file, stderr=theirs)

    drawn = os.read(ours, 100_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "0/1200" in drawn
    assert out.startswith("Прочитали 1\u00a0200 строк")


def test_pipe_sees_the_result_only(file, tmp_path):
    with (tmp_path / "stderr").open("wb") as stderr:
        out = run_child(file, stderr=stderr.fileno())

    assert (tmp_path / "stderr").read_bytes() == b""
    assert out.startswith("Прочитали 1\u00a0200 строк")


def test_reading_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path):
    rows = (f"{n};Иванова;Анна;{'примечание ' * 20}" for n in range(20_000))
    path = write_csv(tmp_path / "p.csv", "key;last_name;first_name;note", *rows)
    tracemalloc.start()

    count = sum(1 for _row in read_table(path, COLUMNS))

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Nine megabytes; the reader holds a quarter of one at a time to find out the encoding.
    assert (count, path.stat().st_size > 8_000_000) == (20_000, True)
    assert peak < 3_000_000
