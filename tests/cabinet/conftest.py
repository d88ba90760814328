"""Fixtures of the cabinet: no SMS leaves the machine, pages speak Russian, limits start empty."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.cabinet.sms import SmsBox, open_sms_box


@pytest.fixture
def sms(monkeypatch) -> SmsBox:
    return open_sms_box(monkeypatch)


@pytest.fixture
def client(db) -> Client:
    cache.clear()
    return Client(HTTP_ACCEPT_LANGUAGE="ru")
