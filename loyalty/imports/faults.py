"""What can be wrong with an imported file: with the whole of it, or with one row.

Faults carry codes and data; `loyalty.imports.texts` makes sentences of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


class FileRefused(Exception):
    """The file can't be read at all; nothing of it has been written."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row is left out. `row` is its number in a spreadsheet: the header is row 1."""

    row: int
    column: str
    code: str
    data: Mapping[str, object] = field(default_factory=dict)


class CellRefused(Exception):
    """A cell's text is not a value of its column."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data
