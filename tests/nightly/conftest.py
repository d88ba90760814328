"""Servers in other zones than the clinics."""

import time

import pytest
from django.db import connection


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kamchatka"])
def _server_zone(request, settings, monkeypatch):
    """The process, Django and the database session all live in the zone."""
    settings.TIME_ZONE = request.param
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    with connection.cursor() as cursor:
        cursor.execute(f"set local time zone '{request.param}'")
    yield
    monkeypatch.undo()
    time.tzset()
