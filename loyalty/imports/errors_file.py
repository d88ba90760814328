"""The file of rows left out: row number, column and reason, as Excel opens it (UTF-8 with mark, semicolons)."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Self

from django.utils.translation import gettext as _

from loyalty.imports.faults import RowFault
from loyalty.imports.texts import reason_of

# A reason quotes the cell: a spreadsheet must not execute it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ErrorsFile:
    """Writes faults as they come. A context manager; the file exists even when nothing was wrong."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, delimiter=";")
        self._writer.writerow([_("row"), _("column"), _("reason")])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, fault: RowFault) -> None:
        reason = reason_of(fault)
        mark = "'" if reason.startswith(_FORMULA_STARTS) else ""
        self._writer.writerow([fault.row, fault.column, mark + reason])
