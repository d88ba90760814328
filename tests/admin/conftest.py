"""Two clinics, and a browser for somebody of Rita's."""

import logging

import pytest
from django.test import Client

from tests.admin.two_clinics import build_two_clinics


@pytest.fixture
def world(db):
    # Thousands of refusals are meant; each would write its traceback.
    logging.disable(logging.WARNING)
    yield build_two_clinics()
    logging.disable(logging.NOTSET)


@pytest.fixture
def browser_of(world, settings):
    def browser(role):
        client = Client()
        client.force_login(world.people[role], backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return browser
