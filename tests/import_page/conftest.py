"""Maria the manager with a program in force, at the imports."""

import pytest
import time_machine

from tests.people import make_staff
from tests.programs import NOON, publish_preset


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def maria(client, db, noon):
    publish_preset("dentistry")
    maria = make_staff("maria", "manager")
    client.force_login(maria, backend="clinics.role_backend.RoleBackend")
    return maria
