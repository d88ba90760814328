"""Read a program document from the bytes of a file: UTF-8, JSON, no field twice, no binary fractions.

Fractions become decimal strings, so that the document is the same after a round trip through any JSON store.
"""

import json
from decimal import Decimal
from typing import Any

from loyalty.rules.shapes import Fault

LARGEST_BYTES = 2_000_000


class UnreadableDocument(Exception):
    """The bytes hold no JSON document. Carries the fault; its data names the line when there is one."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class _RepeatedFields(dict[str, Any]):
    """An object of the file in which a field stands twice."""

    names: tuple[str, ...] = ()


def parse_document(content: bytes) -> tuple[Any, list[Fault]]:
    """The document and the fields that stand twice in it. Raises UnreadableDocument."""
    if len(content) > LARGEST_BYTES:
        raise UnreadableDocument(Fault("$", "file_too_large", {"most": LARGEST_BYTES}))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableDocument(Fault("$", "not_utf8", {"line": line})) from error
    try:
        document = json.loads(text, parse_float=_decimal_text, parse_constant=str, object_pairs_hook=_object_of)
    except json.JSONDecodeError as error:
        data = {"line": error.lineno, "column": error.colno}
        raise UnreadableDocument(Fault("$", "not_json", data)) from error
    except (RecursionError, ValueError) as error:
        # Nested too deep, or a whole number of thousands of digits.
        raise UnreadableDocument(Fault("$", "not_a_program")) from error
    return document, list(_repeated_fields(document, "$"))


def _decimal_text(digits: str) -> int | str:
    """7.5 -> "7.5", 7.0 -> 7; what is not such a number stays as text and is a fault of its field."""
    number = Decimal(digits)
    if number == number.to_integral_value() and abs(number) < 10**12:
        return int(number)
    return digits


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names):
        return dict(pairs)
    found = _RepeatedFields(pairs)
    found.names = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return found


def _repeated_fields(value: Any, path: str) -> list[Fault]:
    faults = []
    if isinstance(value, _RepeatedFields):
        faults += [Fault(f"{path}.{name}", "field_twice") for name in value.names]
    if isinstance(value, dict):
        for name, item in value.items():
            faults += _repeated_fields(item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            faults += _repeated_fields(item, f"{path}[{index}]")
    return faults
