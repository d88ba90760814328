"""Rows of an Excel workbook: the first sheet, as texts.

A workbook is a zip: before anything of it is unpacked, its directory is held against limits of size and
ratio, so that a zip bomb is refused while it is still small. Formulas are not calculated: such a cell comes
out with its leading `=` and is refused by the row.
"""

import zipfile
import zlib
from collections.abc import Generator
from contextlib import closing
from datetime import datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from loyalty.imports.faults import FileRefused
from loyalty.imports.stored_file import Openable

MOST_PARTS = 1_000
MOST_UNPACKED_BYTES = 256 << 20
MOST_STRINGS_BYTES = 64 << 20  # openpyxl keeps the table of strings in memory
HIGHEST_RATIO = 100  # spreadsheets pack 5 to 30 times
RATIO_MATTERS_FROM_BYTES = 1 << 20
MOST_COLUMNS = 64
_WHAT_OPENPYXL_RAISES = (
    InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_WHAT_ZIPFILE_RAISES = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error,
)  # fmt: skip


def rows_of(source: Openable) -> Generator[list[str], None, None]:
    """Every row of the first sheet, the header first. Raises FileRefused, also half-way."""
    check_parts(source)
    try:
        with (
            source.open("rb") as file,
            closing(load_workbook(file, read_only=True, data_only=False, keep_links=False)) as workbook,
        ):
            sheet = workbook.worksheets[0]
            # A sheet may claim to be a million rows long; believe only the rows that are there.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_col=MOST_COLUMNS):
                yield [_text(cell) for cell in row]
    except _WHAT_OPENPYXL_RAISES as error:
        raise FileRefused("broken_workbook", reason=type(error).__name__) from error


def check_parts(source: Openable) -> None:
    """Raises FileRefused for a zip bomb and for what is no workbook; reads the directory and the parts' heads."""
    try:
        with source.open("rb") as file, zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            for part in parts:
                _check_head(archive, part)
    except _WHAT_ZIPFILE_RAISES as error:
        raise FileRefused("broken_workbook", reason=type(error).__name__) from error


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise FileRefused("not_a_workbook")
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED_BYTES:
        raise FileRefused("zip_bomb", megabytes=unpacked >> 20, limit=MOST_UNPACKED_BYTES >> 20)
    for part in parts:
        is_dense = part.file_size > max(1, part.compress_size) * HIGHEST_RATIO
        is_long_table = part.filename.endswith("sharedStrings.xml") and part.file_size > MOST_STRINGS_BYTES
        if is_long_table or (is_dense and part.file_size > RATIO_MATTERS_FROM_BYTES):
            raise FileRefused("zip_bomb_ratio")


def _check_head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # No spreadsheet program writes a document type; it is the way to make a few bytes expand endlessly.
    with archive.open(part) as file:
        if b"<!DOCTYPE" in file.read(4_096).upper():
            raise FileRefused("zip_bomb_ratio")


def _text(cell: Any) -> str:
    value = cell.value
    if cell.data_type == "f":
        # An array formula comes as an object.
        return value if isinstance(value, str) else "="
    match value:
        case None:
            text = ""
        case bool():
            text = "1" if value else "0"
        case datetime() if value.time() == time():
            text = value.date().isoformat()
        case datetime():
            text = value.isoformat(" ", "seconds")
        # Excel keeps every number as a double; the shortest text that reads back as it is what was typed.
        case float():
            text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            text = str(value)
    return text
