"""A program in force and Maria at her reports, at noon of 22 November."""

import pytest
import time_machine

from tests.people import make_staff
from tests.programs import NOON, publish_preset


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
