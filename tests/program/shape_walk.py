"""Pairs of program documents that differ in one field, made from the shapes themselves.

A field that is added to a shape is walked from then on: whoever adds it has to say it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from loyalty.rules import shapes

Variation = tuple[str, Any, Any]  # the field's name in the document, and two values that differ in it alone

# Where something has to be true for other fields to be told: one group for both rules, tiers that fall.
USUAL = {"group": "code0", "downgrade": "at_end"}
# Values that only work together: an order that turns round, days that meet.
COUPLED = {
    "group": ("code0", "code1"),
    "priority": (0, 1),
    "first_day": ("2026-12-01", "2026-12-02"),
    "last_day": ("2026-12-20", "2026-12-21"),
}


def full(shape: Any, turn: int = 0, name: str = "") -> Any:
    """Turn 0 has every field; later turns only those that are required, so that defaults are met too."""
    if name in USUAL:
        return USUAL[name]
    return COUPLED[name][turn] if name in COUPLED else FULL[type(shape)](shape, turn)


def full_record(shape: shapes.Record, turn: int) -> dict[str, Any]:
    fields = dict(shape.required)
    fields |= {name: inner for name, inner in shape.optional.items() if turn == 0 or name == "group"}
    return {name: full(inner, turn, name) for name, inner in fields.items()}


def full_kind(shape: shapes.ByKind, turn: int) -> dict[str, Any]:
    kind = usual_kind(shape)
    return {"kind": kind, **full(shape.kinds[kind], turn)}


def usual_kind(shape: shapes.ByKind) -> str:
    """The second one where there are several: the first life is without end."""
    return list(shape.kinds)[:2][-1]


FULL: dict[type, Callable[[Any, int], Any]] = {
    shapes.Record: full_record,
    shapes.ByKind: full_kind,
    shapes.ListOf: lambda shape, turn: [full(shape.item, turn), full(shape.item, turn + 1)],
    shapes.MapOf: lambda shape, turn: {f"code{turn}": full(shape.item, turn)},
    shapes.Maybe: lambda shape, turn: full(shape.shape, turn),
    shapes.Whole: lambda shape, turn: shape.least + 3 + turn,
    shapes.Number: lambda shape, turn: shape.least + 3 + turn,
    shapes.Flag: lambda _shape, turn: turn == 0,
    shapes.Text: lambda _shape, turn: f"Text {turn}",
    shapes.Day: lambda _shape, turn: f"2026-12-{turn + 1:02d}",
    shapes.TextLike: lambda shape, turn: f"{turn + 10}:00" if shape.fault == "not_time" else f"/rules-{turn}",
    shapes.Code: lambda _shape, turn: f"code{turn}",
    shapes.OneOf: lambda shape, turn: shape.options[turn % len(shape.options)],
}


def variations(shape: Any, path: str = "", name: str = "") -> Iterator[Variation]:
    if name in COUPLED:
        yield path, *COUPLED[name]
    elif type(shape) in VARIATIONS:
        yield from VARIATIONS[type(shape)](shape, path)
    else:
        yield path, full(shape), full(shape, 1)


def record_variations(shape: shapes.Record, path: str) -> Iterator[Variation]:
    whole = full(shape)
    for name, inner in {**shape.required, **shape.optional}.items():
        for field, first, second in variations(inner, f"{path}.{name}", name):
            yield field, whole | {name: first}, whole | {name: second}


def kind_variations(shape: shapes.ByKind, path: str) -> Iterator[Variation]:
    for kind, record in shape.kinds.items():
        if kind != usual_kind(shape):
            yield f"{path}={kind}", full(shape), {"kind": kind, **full(record)}
        for field, first, second in variations(record, f"{path}={kind}"):
            yield field, {"kind": kind, **first}, {"kind": kind, **second}


def list_variations(shape: shapes.ListOf, path: str) -> Iterator[Variation]:
    another = full(shape.item, 1)
    yield f"{path}[]", [full(shape.item)], [full(shape.item), another]
    for field, first, second in variations(shape.item, f"{path}[]"):
        yield field, [first, another], [second, another]
        # Some things are told of all but the first one: a tier's threshold.
        yield field, [another, first], [another, second]


def map_variations(shape: shapes.MapOf, path: str) -> Iterator[Variation]:
    for field, first, second in variations(shape.item, f"{path}{{}}"):
        yield field, {"code0": first}, {"code0": second}


def maybe_variations(shape: shapes.Maybe, path: str) -> Iterator[Variation]:
    yield f"{path}?", full(shape.shape), None
    yield from variations(shape.shape, path)


def option_variations(shape: shapes.OneOf, path: str) -> Iterator[Variation]:
    first, *others = shape.options
    for option in others:
        yield f"{path}={option}", first, option
    if not others:
        yield path, first, first


VARIATIONS: dict[type, Callable[[Any, str], Iterator[Variation]]] = {
    shapes.Record: record_variations,
    shapes.ByKind: kind_variations,
    shapes.ListOf: list_variations,
    shapes.MapOf: map_variations,
    shapes.Maybe: maybe_variations,
    shapes.OneOf: option_variations,
}
