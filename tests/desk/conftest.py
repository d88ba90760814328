"""Rita at the desk and the patient of the desk's picture."""

from datetime import date, timedelta

import pytest
import time_machine

from tests.people import make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rita(client, noon):
    rita = make_rita()
    client.force_login(rita)
    return rita


@pytest.fixture
def anna(db):
    """Gold, 450 hot points to 27 November, 3 000 by the rolling date; two services of the price list."""
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    for code, category, name, price in (
        ("hygiene-full", "hygiene", "Гигиена", 6500),
        ("implant-1", "implantation", "Имплантация, этап 1", 42_000),
    ):
        service = make_service(code, category, price)
        service.name = name
        service.save(update_fields=["name"])
        service.category.name = {"hygiene": "Гигиена", "implantation": "Имплантация"}[category]
        service.category.save(update_fields=["name"])
    return anna
