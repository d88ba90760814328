"""A block of a form: the fields of one part of the program document.

It shows the part, writes what was typed into a copy of the document, and takes those of the document's faults
that concern its fields.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from loyalty.program.places import Document, Place, put_value, take_out, value_at
from loyalty.program_page.choices import Choices
from loyalty.program_page.fields import ABSENT, ChoiceField, CodesField, PartField


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a block stands: the document that it shows, the part of it, and the names to choose from."""

    document: Document
    part: Place
    choices: Choices

    def at(self, *steps: str | int) -> "Setting":
        return Setting(self.document, (*self.part, *steps), self.choices)

    def anywhere(self, *place: str | int) -> "Setting":
        return Setting(self.document, place, self.choices)


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a fault may belong to."""

    place: Place
    form: forms.Form
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; a folded one is open when it says something."""

    heading: Any
    names: tuple[str, ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class ShownGroup:
    heading: Any
    fields: tuple[BoundField, ...]
    is_folded: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One of the kinds with the fields that it alone has."""

    value: str
    label: Any
    element_id: str
    is_chosen: bool
    fields: tuple[BoundField, ...]


class Block(forms.Form):
    """Subclasses name their fields; `prepare` adds what depends on the document or the database."""

    template = "loyalty/program_page/block.html"
    heading: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    groups: ClassVar[tuple[Group, ...]] = ()
    # A part that may be missing goes away with its last field.
    is_optional: ClassVar[bool] = True

    def __init__(self, *, setting: Setting, data: Mapping[str, Any] | None = None, prefix: str) -> None:
        super().__init__(data, prefix=prefix, use_required_attribute=False)
        self.setting = setting
        self.part = setting.part
        self.prepare(setting)
        for name, field in self.part_fields():
            self.initial[name] = field.show(value_at(setting.document, self.place_of(name)))
            if isinstance(field, CodesField):
                field.offer_also([*self.initial[name], *(self.raw_list(name))])

    def prepare(self, setting: Setting) -> None:
        """Add fields and choices; the base block has nothing to add."""

    def part_fields(self) -> Iterator[tuple[str, PartField]]:
        for name, field in self.fields.items():
            if isinstance(field, PartField):
                yield name, field

    def raw_list(self, name: str) -> list[str]:
        """What was typed into a field of many values; nothing in a form that only shows."""
        getlist = getattr(self.data, "getlist", None)
        return [] if getlist is None else list(getlist(self.add_prefix(name)))

    def place_of(self, name: str) -> Place:
        field = self.fields[name]
        if not isinstance(field, PartField):
            raise KeyError(name)
        return field.at or (*self.part, *((name,) if field.place is None else field.place))

    def write(self, document: dict[str, Any]) -> None:
        """Put what was typed into the document. What stayed as it was shown stays as it was written."""
        for name, field in self.part_fields():
            if name not in self.cleaned_data:
                continue
            value = self.cleaned_data[name]
            if field.needs and self.cleaned_data.get(field.needs, ABSENT) is ABSENT:
                value = ABSENT
            self.write_value(document, self.place_of(name), field, value)

    def write_value(self, document: dict[str, Any], place: Place, field: PartField, value: Any) -> None:
        if value == field.read(field.show(value_at(document, place))):
            return
        if value is ABSENT:
            take_out(document, place, keep=self.part[:-1] if self.is_optional else self.part)
        else:
            put_value(document, place, value)

    def targets(self) -> Iterator[Target]:
        for name, _field in self.part_fields():
            yield Target(self.place_of(name), self, name)

    def shown_groups(self) -> list[ShownGroup]:
        groups = self.groups or (Group("", tuple(self.fields)),)
        return [self._shown(group) for group in groups]

    def says_something(self, name: str) -> bool:
        return bool(self[name].errors) or self[name].value() not in ("", None, [], False)

    def _shown(self, group: Group) -> ShownGroup:
        is_open = any(self.says_something(name) for name in group.names if not _is_dependent(self.fields[name]))
        return ShownGroup(group.heading, tuple(self[name] for name in group.names), group.is_folded, is_open)


class KindBlock(Block):
    """A part whose `kind` decides which other fields it has. Kind "" leaves the part out.

    `absent_kind` is what a part that is left out means: it is not written down either.
    """

    template = "loyalty/program_page/kind_block.html"
    kinds: ClassVar[Mapping[str, Any]] = {}
    first_kind: ClassVar[str] = ""
    absent_kind: ClassVar[str] = ""

    kind = ChoiceField(widget=forms.RadioSelect, label="")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["kind"].offer(self.kinds.items())  # type: ignore[attr-defined]
        if not self.initial["kind"]:
            self.initial["kind"] = self.first_kind

    def write(self, document: dict[str, Any]) -> None:
        kind = self.cleaned_data["kind"]
        is_there = value_at(document, self.part) is not None
        if kind is ABSENT or (kind == self.absent_kind and not is_there):
            if is_there:
                take_out(document, self.part, keep=self.part[:-1])
            return
        if value_at(document, (*self.part, "kind")) != kind:
            put_value(document, self.part, {"kind": kind})
        for name, field in self.part_fields():
            if field.kind == kind and name in self.cleaned_data:
                self.write_value(document, self.place_of(name), field, self.cleaned_data[name])

    def targets(self) -> Iterator[Target]:
        chosen = self["kind"].value()
        for target in super().targets():
            field = self.fields[target.name]
            if target.name == "kind" or getattr(field, "kind", "") == chosen:
                yield target

    def options(self) -> list[Option]:
        chosen = self["kind"].value() or ""
        return [
            Option(
                value=value,
                label=label,
                element_id=f"{self['kind'].auto_id}_{value or 'none'}",
                is_chosen=value == chosen,
                fields=tuple(self[name] for name, field in self.part_fields() if field.kind == value and value),
            )
            for value, label in self.kinds.items()
        ]


def _is_dependent(field: forms.Field) -> bool:
    return bool(getattr(field, "needs", ""))
