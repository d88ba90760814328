"""Children of a run, on the test's own database."""

import sys

import pytest
from django.db import connection

from loyalty.what_if import children
from tests.what_if.asked import count_here


@pytest.fixture
def _real_children(transactional_db, monkeypatch):
    command = (sys.executable, "-m", "tests.what_if.part_child", connection.settings_dict["NAME"])
    monkeypatch.setattr(children, "COMMAND", command)


@pytest.fixture
def _no_children(db, monkeypatch):
    count_here(monkeypatch)
