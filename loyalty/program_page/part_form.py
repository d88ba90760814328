"""One form of the page: its blocks, the document that they make together, and its faults at their fields."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from loyalty.program.new_codes import new_code, used_codes
from loyalty.program.places import Document, Place, copy_of, place_of, put_value, value_at
from loyalty.program_page.blocks import Setting, Target
from loyalty.program_page.choices import Choices
from loyalty.program_page.editors import AnyBlock, Data, Editor
from loyalty.program_page.fault_texts import fault_text, place_title
from loyalty.rules.shapes import Fault
from loyalty.rules.validation import find_faults

# Faults of a rule as a whole that one of its fields mends.
MENDED_BY = {"order_unclear": "priority"}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A fault that another form mends."""

    text: str
    title: str  # of the rule or tier that it is about
    place: Place


@dataclass(slots=True)
class PartForm:
    """`place` is where the part stands in the document; nothing need be there yet."""

    editor: Editor
    place: Place
    document: Document
    data: Data = None
    blocks: list[AnyBlock] = field(init=False)
    choices: Choices = field(default_factory=Choices)
    general: list[str] = field(default_factory=list)  # faults of the part as a whole
    elsewhere: list[Elsewhere] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blocks = self.editor.blocks(Setting(self.document, self.place, self.choices), self.data)

    def changed_document(self) -> dict[str, Any] | None:
        """The document with what was typed; None when it has faults, which then stand at the fields."""
        for block in self.blocks:
            block.full_clean()
        changed = copy_of(self.document)
        for block in self.blocks:
            block.write(changed)
        if self.editor.has_code:
            self._give_code(changed)
        faults = find_faults(changed)
        self._put_faults(faults, changed)
        return None if faults or any(block.errors for block in self.blocks) else changed

    def cleaned(self) -> "PartForm":
        """Reads what was typed and judges nothing: for the buttons that only add a line."""
        for block in self.blocks:
            block.full_clean()
        return self

    def accepts(self, changed: Document) -> bool:
        """Whether a change that was made without the fields leaves the document without faults."""
        for fault in find_faults(changed):
            text = fault_text(fault, document=changed, choices=self.choices)
            self.elsewhere.append(
                Elsewhere(text, place_title(changed, place_of(fault.path)), place_of(fault.path))
            )
        return not self.elsewhere

    def _give_code(self, changed: dict[str, Any]) -> None:
        """A permanent code, made of the title once."""
        place = (*self.place, "code")
        if value_at(changed, place) is None:
            title = value_at(changed, (*self.place, "title", "ru"))
            code = new_code(str(title or ""), taken=used_codes(), otherwise="rule")
            put_value(changed, place, code)

    def _put_faults(self, faults: Iterable[Fault], changed: Document) -> None:
        targets = [target for block in self.blocks for target in block.targets()]
        for fault in faults:
            place = _place_of(fault)
            text = fault_text(fault, document=changed, choices=self.choices)
            target = _nearest(targets, place, mended_by=MENDED_BY.get(fault.code, ""), root=self.place)
            if target is not None:
                if text not in target.form.errors.get(target.name, []):
                    target.form.add_error(target.name, text)
            elif place[: len(self.place)] == self.place:
                self.general.append(text)
            else:
                self.elsewhere.append(Elsewhere(text, place_title(changed, place), place))


def _place_of(fault: Fault) -> Place:
    place = place_of(fault.path)
    return (*place, fault.data["tier"]) if fault.code == "tier_without_rate" else place


def _nearest(targets: list[Target], place: Place, *, mended_by: str, root: Place) -> Target | None:
    """The field at the place, above it or below it, whichever shares most; none for the part as a whole."""
    if place == root:
        return next((target for target in targets if mended_by and target.name == mended_by), None)
    near = [
        target
        for target in targets
        if place[: len(target.place)] == target.place or target.place[: len(place)] == place
    ]
    near = [target for target in near if len(place) > len(root) or target.place[: len(root)] != root]
    return max(near, key=lambda target: min(len(target.place), len(place)), default=None)
