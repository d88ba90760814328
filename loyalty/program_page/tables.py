"""Lists of the document as small tables: a row for each item, and an empty one for the next."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.program.places import copy_of, put_value, value_at
from loyalty.program_page.blocks import Block, Setting, Target

MOST_ROWS = 30


class Row(Block):
    """One item. A new row with nothing in its `keys` adds nothing."""

    is_optional = False
    keys: ClassVar[tuple[str, ...]] = ()

    remove = forms.BooleanField(label=_("Remove"), required=False)

    @property
    def is_new(self) -> bool:
        return value_at(self.setting.document, self.setting.part) is None

    @property
    def is_kept(self) -> bool:
        is_filled = any(self[name].value() not in ("", None) for name in self.keys)
        return (is_filled or not self.is_new) and not self.cleaned_data["remove"]

    @property
    def cells(self) -> list[Any]:
        return [self[name] for name, _field in self.part_fields()]


class TableBlock:
    """Stands among blocks like one of them. Subclasses say what a new item begins with and how rows are sorted."""

    template = "loyalty/program_page/table_block.html"
    heading: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    row_class: ClassVar[type[Row]]

    def __init__(self, *, setting: Setting, data: Mapping[str, Any] | None = None, prefix: str) -> None:
        self.setting = setting
        self.prefix = prefix
        items = value_at(setting.document, setting.part) or []
        self.count_name = f"{prefix}-rows"
        self.count = len(items) + 1
        if data is not None:
            # A row more than was sent when the person asks for one: else a second new item has no place.
            asked = _count(data.get(self.count_name)) + (data.get("again") == prefix)
            self.count = min(MOST_ROWS, max(self.count, asked))
        self.is_bound = data is not None
        self.rows = [
            self.row_class(setting=setting.at(index), data=data, prefix=f"{prefix}-{index}")
            for index in range(self.count)
        ]

    @property
    def columns(self) -> list[Any]:
        return self.rows[0].cells

    @property
    def errors(self) -> dict[str, Any]:
        return {
            f"{index}-{name}": found for index, row in enumerate(self.rows) for name, found in row.errors.items()
        }

    def full_clean(self) -> None:
        for row in self.rows:
            row.full_clean()

    def write(self, document: dict[str, Any]) -> None:
        """Put the kept rows into the list, in the order of `sort_key`."""
        place = self.setting.part
        items = value_at(self.setting.document, place) or []
        kept = sorted(self.kept_rows(), key=self.sort_key)
        if not kept and not items:
            return
        put_value(document, place, [copy_of(value_at(items, (self._index(row),)) or {}) for row in kept])
        for index, row in enumerate(kept):
            row.part = (*place, index)
            self.begin(document, row)
            row.write(document)

    def kept_rows(self) -> list[Row]:
        return [row for row in self.rows if row.is_kept]

    def begin(self, document: dict[str, Any], row: Row) -> None:
        """Give a new item what no field asks for."""

    def sort_key(self, row: Row) -> Any:
        return self._index(row)

    def targets(self) -> Iterator[Target]:
        for row in self.rows:
            if row.is_bound and row.is_kept:
                yield from row.targets()

    def _index(self, row: Row) -> int:
        return self.rows.index(row)


def _count(raw: Any) -> int:
    return int(raw) if str(raw or "").isdecimal() and len(str(raw)) < 4 else 0
