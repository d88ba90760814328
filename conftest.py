"""Gives the test run its private PostgreSQL, unless DATABASE_URL names a server."""

import os
from pathlib import Path
from typing import TextIO

import pytest
from django.conf import settings

from config import postgres_folders, private_postgres
from tests.migrated_template import template_database

CHECKOUT = Path(__file__).resolve().parent
SERVER = pytest.StashKey[private_postgres.Server]()
RUN_LOCK = pytest.StashKey[TextIO]()


def pytest_configure(config: pytest.Config) -> None:
    # Wake-up calls of committed tests go nowhere: no worker listens, and no file is left behind.
    settings.CELERY_BROKER_URL = "memory://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    # A real hash takes a quarter of a second; no test is about how long a guess takes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if os.environ.get("DATABASE_URL"):
        return
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        # Child processes (xdist workers, commands under test) compute the same socket folder from it.
        os.environ["PRIVATE_POSTGRES"], config.stash[RUN_LOCK] = postgres_folders.claim_test_purpose(CHECKOUT)
    # This process has imported the settings already.
    settings.DEMO_CLOCK = False
    settings.DATABASES["default"]["HOST"] = str(postgres_folders.socket_directory(CHECKOUT))
    if not is_worker and not config.option.collectonly:
        config.stash[SERVER] = private_postgres.start(checkout=CHECKOUT, durable=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None and server.started_here:
        private_postgres.stop(server)
    lock = config.stash.get(RUN_LOCK, None)
    if lock is not None:
        lock.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """On the private server a test database is a copy of a migrated one."""
    if not os.environ.get("DATABASE_URL"):
        with django_db_blocker.unblock():
            settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template_database(CHECKOUT)
