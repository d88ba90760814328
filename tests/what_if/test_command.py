"""`manage.py program whatif`: sentences and tables, a bar on a terminal, none in a pipe, nothing written."""

import os
import pty
import subprocess
import sys
import termios

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from clinics import clock
from loyalty.models import WhatIfRun
from loyalty.what_if import children
from tests.programs import publish_preset
from tests.what_if.asked import AT, count_here, live_a_year, make_draft, rows_of_everything_else


@pytest.fixture
def _at(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def run_child(*, stderr: int) -> str:
    """Stdout of the command in a process of its own, whose stderr goes to the given descriptor."""
    command = (sys.executable, "-m", "tests.what_if.command_child", connection.settings_dict["NAME"])
    child = subprocess.run(
        [*command, AT.isoformat()], stdout=subprocess.PIPE, stderr=stderr, text=True, check=True, timeout=120
    )
    return child.stdout.replace("\u00a0", " ")


@pytest.mark.django_db(transaction=True)
def test_terminal_sees_a_bar_and_a_pipe_the_result_only(tmp_path):
    live_a_year(members=2, each=2)
    make_draft()
    before = rows_of_everything_else()
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    os.set_blocking(ours, False)

    on_terminal = run_child(stderr=theirs)
    with (tmp_path / "stderr").open("wb") as stderr:
        in_pipe = run_child(stderr=stderr.fileno())

    drawn = os.read(ours, 100_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "4/4" in drawn
    assert (tmp_path / "stderr").read_bytes() == b""
    assert on_terminal == in_pipe
    assert in_pipe.startswith("Стоимость за 12 месяцев: черновик 2 — ")
    assert rows_of_everything_else() == before
    assert not WhatIfRun.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_at")
def test_tables_stand_in_columns(monkeypatch, capsys):
    live_a_year(members=2, each=2)
    make_draft()
    count_here(monkeypatch)

    call_command("program", "whatif", "2", "--months", "12")

    lines = capsys.readouterr().out.replace("\u00a0", " ").splitlines()
    [head] = [line for line in lines if line.startswith("    ")]
    [receipts] = [line for line in lines if line.startswith("Чеков ")][:1]
    assert head.split() == ["Версия", "1", "Черновик", "2", "Разница"]
    assert (receipts.split(), len(receipts)) == (["Чеков", "4", "4", "0"], len(head))


@pytest.mark.django_db
@pytest.mark.usefixtures("_at")
def test_months_without_receipts_are_said_to_be_empty(monkeypatch, capsys):
    publish_preset()
    make_draft()
    count_here(monkeypatch)

    call_command("program", "whatif", "2")

    assert capsys.readouterr().out.startswith("За эти месяцы нет ни одного чека")


@pytest.mark.django_db
@pytest.mark.usefixtures("_at")
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["9"], "Версии 9 нет."),
        (["1"], "Эта версия и так действует, сравнивать её не с чем."),
        (["2", "--months", "0"], "--months: от 1 до 120."),
        (["2"], "Расчёт оборвался, причина указана выше."),
    ],
)
def test_refusals_are_said_in_words(monkeypatch, arguments, text):
    publish_preset()
    make_draft()
    monkeypatch.setattr(children, "COMMAND", ("false",))

    with pytest.raises(CommandError, match=text):
        call_command("program", "whatif", *arguments)
