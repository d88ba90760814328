"""Rita at the desk, Anna at her clinic, a frozen noon."""

import pytest
import time_machine

from tests.people import make_patient, make_rita
from tests.programs import NOON


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rita(db):
    return make_rita()


@pytest.fixture
def anna(db):
    return make_patient()


@pytest.fixture
def desk(client, rita, noon):
    client.force_login(rita)
    return client
