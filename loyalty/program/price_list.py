"""What is worth a warning in a program, though not a refusal: what it says in vain, and codes that name nothing,
because a program may be written before its prices."""

from datetime import date
from typing import Any

from loyalty.program.names import WITHOUT_A_LIST, named_codes, read_names
from loyalty.rules.rule_warnings import find_warnings
from loyalty.rules.shapes import Fault


def find_program_warnings(document: dict[str, Any], *, day: date) -> list[Fault]:
    """Of a valid document, as on a day of the portal's calendar. One query."""
    return [*find_warnings(document, day=day), *find_unknown_codes(document)]


def find_unknown_codes(document: dict[str, Any]) -> list[Fault]:
    """A fault per service, category, doctor, clinic, tag or social group that does not exist. One query."""
    names = read_names(document)
    return [
        Fault(named.path, f"unknown_{named.kind}", {"code": named.code})
        for named in named_codes(document)
        if named.kind not in WITHOUT_A_LIST and not names.knows(named)
    ]
