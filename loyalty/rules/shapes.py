"""A small language for the shape of a JSON document: it lists all faults of a value with their paths,
and writes itself down as JSON Schema, so that the two never differ.

A fault is a code with data; its text is made at the edge (`loyalty.program.faults`).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

CODE_PATTERN = "^[a-z][a-z0-9_-]{0,49}$"
PRICE_LIST_CODE_PATTERN = "^[A-Za-z0-9_-]{1,50}$"
DECIMAL_PATTERN = "^[0-9]{1,12}([.][0-9]{1,2})?$"
DAY_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True, slots=True)
class Fault:
    path: str  # "$.tiers.levels[2].code"
    code: str
    data: Mapping[str, Any] = field(default_factory=dict)


class Shape(Protocol):
    def faults(self, value: Any, path: str) -> Iterator[Fault]: ...

    def json_schema(self) -> dict[str, Any]: ...


def decimal_of(value: Any) -> Decimal | None:
    """A JSON number or decimal string with at most two places; None for anything else, a float included."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and not re.fullmatch(DECIMAL_PATTERN, value):
        return None
    try:
        number = Decimal(value)
        is_exact = number.is_finite() and number == number.quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return number if is_exact else None


def day_of(value: Any) -> date | None:
    """The day that a text like 2026-12-31 names; None for anything else."""
    if not isinstance(value, str) or not re.fullmatch(DAY_PATTERN, value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both included."""

    least: int
    most: int

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Fault(path, "not_whole")
        elif not self.least <= value <= self.most:
            yield Fault(path, "out_of_range", {"least": self.least, "most": self.most})

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal with at most two places, as a JSON number or a string: percents and roubles."""

    least: int
    most: int

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        number = decimal_of(value)
        if number is None:
            yield Fault(path, "not_decimal")
        elif not self.least <= number <= self.most:
            yield Fault(path, "out_of_range", {"least": self.least, "most": self.most})

    def json_schema(self) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "number", "minimum": self.least, "maximum": self.most},
                {"type": "string", "pattern": DECIMAL_PATTERN},
            ]
        }


@dataclass(frozen=True, slots=True)
class Flag:
    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, bool):
            yield Fault(path, "not_flag")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Text:
    longest: int = 200

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not value.strip():
            yield Fault(path, "empty_text")
        elif len(value) > self.longest:
            yield Fault(path, "too_long", {"most": self.longest})
        elif any(unicodedata.category(sign).startswith("C") for sign in value):
            # Control signs and half surrogates: the database can't store all of them.
            yield Fault(path, "unreadable_text")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day as text: 2026-12-31."""

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if day_of(value) is None:
            yield Fault(path, "not_day")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": DAY_PATTERN}


@dataclass(frozen=True, slots=True)
class TextLike:
    """A text of a given form; `fault` names what it must be."""

    pattern: str
    fault: str

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            yield Fault(path, self.fault)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class Code:
    """The permanent name of a tier or a rule; with PRICE_LIST_CODE_PATTERN, of a service or category."""

    pattern: str = CODE_PATTERN

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            yield Fault(path, "bad_code" if self.pattern == CODE_PATTERN else "bad_price_list_code")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class OneOf:
    options: tuple[Any, ...]

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        # True == 1 in Python, but not in JSON.
        if isinstance(value, bool) or value not in self.options:
            yield Fault(path, "not_an_option", {"options": ", ".join(map(str, self.options))})

    def json_schema(self) -> dict[str, Any]:
        return {"enum": list(self.options)}


@dataclass(frozen=True, slots=True)
class Maybe:
    """The shape or null."""

    shape: Shape

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if value is not None:
            yield from self.shape.faults(value, path)

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [self.shape.json_schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Shape
    fewest: int = 0
    most: int | None = None

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(path, "not_list")
            return
        if len(value) < self.fewest:
            yield Fault(path, "too_few", {"least": self.fewest})
        if self.most is not None and len(value) > self.most:
            yield Fault(path, "too_many", {"most": self.most})
        for index, item in enumerate(value):
            yield from self.item.faults(item, f"{path}[{index}]")

    def json_schema(self) -> dict[str, Any]:
        limits = (
            {"minItems": self.fewest} if self.most is None else {"minItems": self.fewest, "maxItems": self.most}
        )
        return {"type": "array", "items": self.item.json_schema(), **limits}


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object whose keys are codes."""

    item: Shape

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(path, "not_object")
            return
        for key, item in value.items():
            yield from Code().faults(key, f"{path}.{key}")
            yield from self.item.faults(item, f"{path}.{key}")

    def json_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": Code().json_schema(),
            "additionalProperties": self.item.json_schema(),
        }


@dataclass(frozen=True, slots=True)
class Record:
    """An object with named fields; an unknown field is a fault, so that a typing error is never ignored."""

    required: Mapping[str, Shape]
    optional: Mapping[str, Shape] = field(default_factory=dict)

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(path, "not_object")
            return
        for name in self.required:
            if name not in value:
                yield Fault(f"{path}.{name}", "missing")
        fields = {**self.required, **self.optional}
        for name, item in value.items():
            if name in fields:
                yield from fields[name].faults(item, f"{path}.{name}")
            else:
                yield Fault(f"{path}.{name}", "unknown_field")

    def json_schema(self) -> dict[str, Any]:
        fields = {**self.required, **self.optional}
        return {
            "type": "object",
            "properties": {name: shape.json_schema() for name, shape in fields.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class ByKind:
    """An object whose field `kind` decides which other fields it has."""

    kinds: Mapping[str, Record]

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(path, "not_object")
        elif "kind" not in value:
            yield Fault(f"{path}.kind", "missing")
        elif not isinstance(value["kind"], str) or value["kind"] not in self.kinds:
            yield from OneOf(tuple(self.kinds)).faults(value["kind"], f"{path}.kind")
        else:
            yield from self._full(value["kind"]).faults(value, path)

    def json_schema(self) -> dict[str, Any]:
        return {"oneOf": [self._full(kind).json_schema() for kind in self.kinds]}

    def _full(self, kind: str) -> Record:
        record = self.kinds[kind]
        return Record({"kind": OneOf((kind,)), **record.required}, record.optional)
