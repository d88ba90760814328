"""Installs the kernel's SQL files into the database, from a migration.

Each file can be run again: a later migration re-installs a changed file by naming the kernel anew.
"""

import re
from pathlib import Path

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

SQL_FOLDER = Path(__file__).parent / "sql"
FUNCTION_NAME = re.compile(r"^create (?:or replace )?function (\w+)", re.MULTILINE)


def kernel_operation() -> RunPython:
    """A migration step that installs all files in name order; backwards it drops their functions."""
    return RunPython(install, uninstall)


def reinstall_operation() -> RunPython:
    """A later migration's step after a file has changed. Backwards it leaves the functions as they are."""
    return RunPython(install, RunPython.noop)


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # The files may name columns that a later migration adds; that one installs them again.
    schema_editor.execute("set local check_function_bodies = off")
    for file in sorted(SQL_FOLDER.glob("*.sql")):
        schema_editor.execute(file.read_text(), params=None)


def uninstall(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for file in sorted(SQL_FOLDER.glob("*.sql"), reverse=True):
        for name in FUNCTION_NAME.findall(file.read_text()):
            # The append-only triggers go with the function they call.
            schema_editor.execute(f"drop function if exists {name} cascade", params=None)
