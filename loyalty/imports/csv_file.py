"""Rows of a text table: finds out its encoding and separator, reads it as a stream.

UTF-8 (with or without the mark) is proved by decoding the whole file; what is not UTF-8 must look like
Russian in Windows-1251, since almost any bytes can be decoded as that. Memory does not grow with the file.
"""

import codecs
import csv
import re
from collections.abc import Generator, Sequence

from loyalty.imports.columns import Column, recognise
from loyalty.imports.faults import FileRefused
from loyalty.imports.stored_file import Openable

SEPARATORS = (";", ",", "\t")
CHUNK_BYTES = 1 << 18
LONGEST_HEADER = 10_000  # characters
_FOREIGN_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_RUSSIAN = re.compile(r"[А-Яа-яЁё№«»„“”—–…\u00a0]")
_CASE_AS_WRITTEN = re.compile(r"[А-ЯЁ][а-яё]")
# KOI8-R read as Windows-1251 gives letters with the case turned over: иВАНОВ.
_CASE_TURNED_OVER = re.compile(r"[а-яё][А-ЯЁ]")


def rows_of(source: Openable, columns: Sequence[Column]) -> Generator[list[str], None, None]:
    """Every record of the file, the header first. Raises FileRefused, also half-way."""
    encoding = find_encoding(source)
    with source.open("r", encoding=encoding, newline="") as file:
        separator = find_separator(file.readline(LONGEST_HEADER), columns)
        file.seek(0)
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise FileRefused("broken_csv", line=reader.line_num, reason=str(error)) from error


def find_encoding(source: Openable) -> str:
    """`utf-8-sig` or `cp1251`. Raises FileRefused when the text is neither."""
    with source.open("rb") as file:
        if file.read(2) in _FOREIGN_MARKS:
            raise FileRefused("wrong_encoding", position=0)
    position = _first_undecodable(source)
    if position is None:
        return "utf-8-sig"
    if not _looks_like_cp1251(source):
        raise FileRefused("wrong_encoding", position=position)
    return "cp1251"


def _first_undecodable(source: Openable) -> int | None:
    """The place of the first byte that is not UTF-8 text; None when all of it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    with source.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return read + error.start
            if _CONTROL.search(text):
                raise FileRefused("not_text")
            read += len(chunk)
    return None if decoder.getstate()[0] == b"" else read


def _looks_like_cp1251(source: Openable) -> bool:
    strange = russian = written = turned_over = 0
    with source.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            try:
                text = chunk.decode("cp1251")
            except UnicodeDecodeError:
                return False
            if _CONTROL.search(text):
                return False
            known = len(_RUSSIAN.findall(text))
            russian += known
            strange += len(_NOT_ASCII.findall(text)) - known
            written += len(_CASE_AS_WRITTEN.findall(text))
            turned_over += len(_CASE_TURNED_OVER.findall(text))
    return strange * 20 <= russian and turned_over <= written


def find_separator(header: str, columns: Sequence[Column]) -> str:
    """The separator under which the header has most known columns."""

    def known(separator: str) -> int:
        return len(recognise(next(csv.reader([header], delimiter=separator), []), columns))

    return max(SEPARATORS, key=known)
