"""A database with all migrations applied, kept beside the tests' own: each test database is a copy of it.

Migrating takes ten seconds of CPU for every worker of every run; a copy takes a fraction of one. The template's
name holds a digest of all that migrations are made of, so that a changed migration makes a new one.
"""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.postgres_folders import file_lock, socket_directory

PREFIX = "migrated_"
# Migrations of the apps, the SQL that they install, and through the pins those of the libraries.
APPS = ("clinics", "patients", "notifications", "loyalty")
INGREDIENTS = (
    *(f"{app}/migrations/*.py" for app in APPS),
    *(f"{app}/**/*.sql" for app in APPS),
    "requirements*.txt",
    "config/settings.py",
)


def template_database(checkout: Path) -> str:
    """The template's name. Made if need be by one worker while the others wait; older ones are dropped."""
    name = PREFIX + _digest(checkout)
    folder = socket_directory(checkout)
    with file_lock(folder.with_name(f"{folder.name}-template.lock")):
        if name not in _kept():
            _make(name)
    return name


def _digest(checkout: Path) -> str:
    found = {file for pattern in INGREDIENTS for file in checkout.glob(pattern)}
    digest = hashlib.sha256()
    for file in sorted(found):
        digest.update(f"{file.relative_to(checkout)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _kept() -> set[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("select datname from pg_database where starts_with(datname, %s)", [PREFIX])
        return {name for (name,) in cursor.fetchall()}


def _make(name: str) -> None:
    """Under another name until it is complete: a killed run leaves nothing that looks like a template."""
    unfinished = f"{PREFIX}unfinished"
    old = _kept()
    with connection._nodb_cursor() as cursor:
        for database in sorted(old | {unfinished}):
            cursor.execute(f'drop database if exists "{database}" with (force)')
        cursor.execute(f'create database "{unfinished}"')
    usual = settings.DATABASES["default"]["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = unfinished
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'alter database "{unfinished}" rename to "{name}"')
