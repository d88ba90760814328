"""A table to import, whatever the kind of file: rows as texts by column code."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from loyalty.imports import csv_file, xlsx_file
from loyalty.imports.columns import Column, check_required, recognise
from loyalty.imports.faults import FileRefused
from loyalty.imports.stored_file import Openable

MOST_ROWS = 1_000_000
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """`number` as a spreadsheet shows it: the header is row 1. `cells` holds stripped texts by column code."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, code: str) -> str:
        return self.cells.get(code, "")


def read_table(source: Openable, columns: Sequence[Column]) -> Iterator[Row]:
    """The file's rows, blank ones left out. Raises FileRefused: at the header, or half-way in a broken file."""
    with closing(_records(source, columns)) as records:
        header = next(records, [])
        if not any(name.strip() for name in header):
            raise FileRefused("empty")
        places = recognise(header, columns)
        check_required(places, columns=columns, header=header)
        is_empty = True
        for number, record in enumerate(records, start=2):
            if number > MOST_ROWS + 1:
                raise FileRefused("too_many_rows", limit=MOST_ROWS)
            cells = {code: record[place].strip() if place < len(record) else "" for code, place in places.items()}
            if any(record):
                is_empty = False
                yield Row(number, cells)
        if is_empty:
            raise FileRefused("no_rows")


def read_titles(source: Openable, columns: Sequence[Column]) -> dict[str, str]:
    """What the file itself calls its known columns, by column code, in its order. Raises FileRefused."""
    with closing(_records(source, columns)) as records:
        header = next(records, [])
    places = recognise(header, columns)
    return {code: header[place].strip() for code, place in places.items()}


def _records(source: Openable, columns: Sequence[Column]) -> Generator[list[str], None, None]:
    try:
        with source.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise FileRefused("cannot_open", reason=error.strerror or "") from error
    if not head:
        raise FileRefused("empty")
    if head == _OLD_EXCEL:
        raise FileRefused("old_excel")
    return xlsx_file.rows_of(source) if head == _ZIP else csv_file.rows_of(source, columns)
