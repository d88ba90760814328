"""Reads the cells of one row and collects all that is wrong in it."""

from collections.abc import Callable
from typing import Any

from loyalty.imports import cells
from loyalty.imports.faults import CellRefused, RowFault
from loyalty.imports.table_file import Row


class RowCells:
    """Does not stop at the first fault: whoever corrects the file wants to see them all."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.faults: list[RowFault] = []

    def refuse(self, column: str, code: str, **data: object) -> None:
        self.faults.append(RowFault(self.row.number, column, code, data))

    def read(self, column: str, reader: Callable[..., Any], *, empty: Any, **options: Any) -> Any:
        text = self.row[column]
        if not text:
            return empty
        try:
            cells.refuse_formula(text)
            return reader(text, **options)
        except CellRefused as refusal:
            self.refuse(column, refusal.code, **refusal.data)
            return empty
