"""The file of rows left out: row number, column and reason, as Excel opens it (UTF-8 with mark, semicolons)."""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from django.utils.translation import gettext as _

from loyalty.imports.faults import RowFault
from loyalty.imports.texts import reason_of

# A reason quotes the cell: a spreadsheet must not execute it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ErrorsTable:
    """Writes faults to a text stream. `titles` are what the file calls its columns, by their codes."""

    def __init__(self, stream: TextIO, *, titles: Mapping[str, str] | None = None) -> None:
        self._titles = titles or {}
        self._writer = csv.writer(stream, delimiter=";")
        self._writer.writerow([_("row"), _("column"), _("reason")])

    def write(self, fault: RowFault) -> None:
        column = self._titles.get(fault.column, fault.column)
        self._writer.writerow([fault.row, _plain(column), _plain(reason_of(fault))])


class ErrorsFile(ErrorsTable):
    """Writes faults as they come. A context manager; the file exists even when nothing was wrong."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        super().__init__(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
