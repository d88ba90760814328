"""Gives the test run its private PostgreSQL, unless DATABASE_URL names a server."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from config import private_postgres

CHECKOUT = Path(__file__).resolve().parent
SERVER = pytest.StashKey[private_postgres.Server]()


def pytest_configure(config: pytest.Config) -> None:
    # Wake-up calls of committed tests go nowhere: no worker listens, and no file is left behind.
    settings.CELERY_BROKER_URL = "memory://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    if os.environ.get("DATABASE_URL"):
        return
    # Child processes (xdist workers, commands under test) compute the same socket folder from it;
    # this process has imported the settings already.
    os.environ["PRIVATE_POSTGRES"] = "tests"
    settings.DATABASES["default"]["HOST"] = str(private_postgres.socket_directory(CHECKOUT))
    is_worker = hasattr(config, "workerinput")
    if not is_worker and not config.option.collectonly:
        config.stash[SERVER] = private_postgres.start(checkout=CHECKOUT, durable=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None and server.started_here:
        private_postgres.stop(server)
