"""Writes the files that the import tests read, and runs the commands on them."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from openpyxl import Workbook


def write_csv(path: Path, header: str, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def write_xlsx(path: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def run(command: str, path: Path, **options: object) -> tuple[str, str]:
    """What the command printed to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command(command, path, clinic="mytishchi", source="oldcrm", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()
