"""Maria the manager with a draft of the dentistry preset."""

import pytest
import time_machine

from loyalty.program.files import read_preset
from loyalty.program.versions import create_draft
from tests.people import make_staff
from tests.programs import NOON


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def maria(client, db, noon):
    maria = make_staff("maria", "manager")
    client.force_login(maria)
    return maria


@pytest.fixture
def draft(maria):
    """Version 1."""
    return create_draft(document=read_preset("dentistry"), at=NOON, actor=maria)
