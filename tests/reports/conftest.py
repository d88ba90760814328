"""A program in force and Maria at her reports, at noon of 22 November."""

import pytest
import time_machine

from clinics import run_pulse
from tests.people import make_staff
from tests.programs import NOON, publish_preset


@pytest.fixture(autouse=True)
def _no_beat(monkeypatch):
    """A connection of its own sees nothing of a test that is one transaction."""
    monkeypatch.setattr(run_pulse, "BEAT_SECONDS", 600)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield NOON


@pytest.fixture
def program(db):
    return publish_preset(has_welcome=False)


@pytest.fixture
def maria(client, program, noon, settings):
    """The manager of one clinic, as a browser."""
    client.user = make_staff("maria", "manager")
    client.force_login(client.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client
