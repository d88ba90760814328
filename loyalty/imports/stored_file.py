"""What a table is read from: a file on the disk, or one that somebody has uploaded."""

from io import BytesIO, TextIOWrapper
from typing import IO, Any, Protocol


class Openable(Protocol):
    """Opened anew for every reading; a `Path` is one."""

    def open(self, mode: str, *, encoding: str | None = None, newline: str | None = None) -> IO[Any]: ...


class UploadedTable:
    """An uploaded file in memory: what is personal in it touches no disk but the database's."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def open(self, mode: str, *, encoding: str | None = None, newline: str | None = None) -> IO[Any]:
        file = BytesIO(self._content)
        return file if "b" in mode else TextIOWrapper(file, encoding=encoding, newline=newline)
