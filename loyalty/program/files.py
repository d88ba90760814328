"""Program documents as bytes: presets that ship with the portal, and the text of an exported file."""

import json
from pathlib import Path
from typing import Any

from loyalty.rules.parsing import UnreadableDocument, parse_document
from loyalty.rules.shapes import Fault
from loyalty.rules.validation import find_faults

PRESETS = Path(__file__).resolve().parent.parent / "presets"


class FaultyProgram(Exception):
    """The document can't be used. Carries every fault found in it; `faults.describe` puts them in words."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(f"{fault.path}: {fault.code}" for fault in faults))
        self.faults = faults


def preset_names() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.json"))


def read_preset(name: str) -> dict[str, Any]:
    """Raises KeyError for a name that does not ship."""
    if name not in preset_names():
        raise KeyError(name)
    return read_document((PRESETS / f"{name}.json").read_bytes())


def read_document(content: bytes) -> dict[str, Any]:
    """The valid document that the bytes hold. Raises FaultyProgram with all faults at once."""
    try:
        document, repeated = parse_document(content)
    except UnreadableDocument as error:
        raise FaultyProgram([error.fault]) from error
    faults = repeated + find_faults(document)
    if faults:
        raise FaultyProgram(faults)
    found: dict[str, Any] = document
    return found


def document_text(document: dict[str, Any]) -> str:
    """The text of an exported file: reading it gives the same document."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
