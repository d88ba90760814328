"""Anna, a member without welcome points; Sonya who looks at reviews; a frozen noon."""

import pytest
import time_machine

from tests.people import make_staff
from tests.programs import NOON, make_member, publish_preset


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    return make_member()


@pytest.fixture
def sonya(db):
    return make_staff("sonya", "senior")
