"""Columns of an import: the names under which a file may have them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loyalty.imports.faults import FileRefused

_SPACES = re.compile(r"[\s_\u00a0]+")


@dataclass(frozen=True, slots=True)
class Column:
    """`code` is the documented name; `synonyms` are accepted as well, in any case and spacing.

    The column `instead` serves when a required one is missing.
    """

    code: str
    synonyms: tuple[str, ...] = ()
    is_required: bool = False
    instead: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.code, *self.synonyms)


def _plain(name: str) -> str:
    return _SPACES.sub(" ", name.replace("ё", "е")).strip().strip(":").lower()


def recognise(header: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Column code -> place in the file. Raises FileRefused when a column stands there twice."""
    by_name = {_plain(name): column.code for column in columns for name in column.names}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        code = by_name.get(_plain(name))
        if code is None:
            continue
        if code in places:
            raise FileRefused("column_twice", column=code, header=shown(header))
        places[code] = place
    return places


def check_required(places: Mapping[str, int], *, columns: Sequence[Column], header: Sequence[str]) -> None:
    """Raises FileRefused naming what is missing and what was found instead."""
    missing = [
        column
        for column in columns
        if column.is_required and column.code not in places and column.instead not in places
    ]
    if not places:
        raise FileRefused("unknown_header", header=shown(header), expected=", ".join(c.code for c in missing))
    if missing:
        names = ", ".join(" / ".join([column.code, column.instead or column.names[1]]) for column in missing)
        raise FileRefused("missing_column", columns=names, header=shown(header))


def shown(header: Sequence[str]) -> str:
    """The header as found, short enough for a message."""
    text = " | ".join(header)
    return text if len(text) <= 200 else text[:199] + "…"
