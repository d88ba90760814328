"""Children of a run, on the test's own database."""

import sys

import pytest
from django.db import connection

from loyalty.what_if import children, counting
from loyalty.what_if.part import live_part


@pytest.fixture
def _real_children(transactional_db, monkeypatch):
    command = (sys.executable, "-m", "tests.what_if.part_child", connection.settings_dict["NAME"])
    monkeypatch.setattr(children, "COMMAND", command)


@pytest.fixture
def _no_children(db, monkeypatch):
    """Parts are counted here, in the test's own transaction, which no other process would see."""
    monkeypatch.setattr(
        counting, "live_parts", lambda jobs, *, report: [live_part(job, report=report) for job in jobs]
    )
