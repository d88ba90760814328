"""Can two rules hold for one and the same receipt, and does one hold whenever the other does?

Judged by their conditions alone: in doubt they can meet, and in doubt neither always comes with the other."""

from collections.abc import Callable, Mapping
from typing import Any

from loyalty.rules.conditions import minutes_of
from loyalty.rules.shapes import day_of, decimal_of

Document = Mapping[str, Any]

# A patient may have several tags and groups; of these there is only one at a time.
ONE_AT_A_TIME = ("doctors", "clinics", "weekdays", "tiers", "sources")
LISTS = (*ONE_AT_A_TIME, "tags", "social_groups")
TARGETS = ("services", "categories")
SINGLE_VALUES = ("booked_online", "sex", "patients", "visit")


def may_both_hold(first: Document, second: Document) -> bool:
    if any(_lists_differ(first, second, name) for name in ONE_AT_A_TIME):
        return False
    if any(_values_differ(first, second, name) for name in SINGLE_VALUES):
        return False
    return not any(_ranges_part(first, second, name) for name in RANGES)


def holds_whenever(wide: Document, narrow: Document) -> bool:
    """On every line and receipt for which the narrow one holds."""
    return (
        _targets_within(wide, narrow)
        and all(_list_within(wide, narrow, name) for name in LISTS if name in wide)
        and all(wide[name] == narrow.get(name) for name in SINGLE_VALUES if name in wide)
        and all(_range_within(wide[name], narrow.get(name, {}), name) for name in RANGES if name in wide)
    )


def _targets_within(wide: Document, narrow: Document) -> bool:
    """Services and categories are one condition: any of them will do."""
    if not any(wide.get(kind) for kind in TARGETS):
        return True
    is_bound = any(narrow.get(kind) for kind in TARGETS)
    return is_bound and all(set(narrow.get(kind, ())) <= set(wide.get(kind, ())) for kind in TARGETS)


def _list_within(wide: Document, narrow: Document, name: str) -> bool:
    return name in narrow and set(narrow[name]) <= set(wide[name])


def _range_within(wide: Document, narrow: Document, name: str) -> bool:
    start, end, read = RANGES[name]
    if start in wide and (start not in narrow or read(narrow[start]) < read(wide[start])):
        return False
    return end not in wide or (end in narrow and read(narrow[end]) <= read(wide[end]))


def _lists_differ(first: Document, second: Document, name: str) -> bool:
    return name in first and name in second and set(first[name]).isdisjoint(second[name])


def _values_differ(first: Document, second: Document, name: str) -> bool:
    if name not in first or name not in second or first[name] == second[name]:
        return False
    # Every fifth visit may be every third one as well.
    return name != "visit" or (first[name]["kind"] == "number" and second[name]["kind"] == "number")


def _ranges_part(first: Document, second: Document, name: str) -> bool:
    if name not in first or name not in second:
        return False
    return _before(first[name], second[name], name) or _before(second[name], first[name], name)


def _before(earlier: Document, later: Document, name: str) -> bool:
    """Ends the one range before the other begins?"""
    start, end, read = RANGES[name]
    if end not in earlier or start not in later:
        return False
    last, first = read(earlier[end]), read(later[start])
    # The hour at which a range ends is not part of it.
    return bool(last <= first if name == "hours" else last < first)


RANGES: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "days": ("first_day", "last_day", day_of),
    "hours": ("from", "to", minutes_of),
    "receipt_roubles": ("from", "to", decimal_of),
    "age": ("from", "to", int),
}
