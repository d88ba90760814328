"""Services and categories that a program names and the price list does not have: worth a warning, not a refusal,
because a program may be written before its prices."""

from collections.abc import Iterator
from typing import Any

from clinics.models import Service, ServiceCategory
from loyalty.rules.shapes import Fault


def find_unknown_codes(document: dict[str, Any]) -> list[Fault]:
    """A fault per unknown code of a valid document, with its path. Two queries."""
    known = {
        "services": set(Service.objects.values_list("code", flat=True)),
        "categories": set(ServiceCategory.objects.values_list("code", flat=True)),
    }
    return [
        Fault(path, f"unknown_{kind}", {"code": code})
        for path, kind, code in _named(document)
        if code not in known[kind]
    ]


def _named(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    places = [
        (f"$.earning.rules[{index}].when", rule.get("when", {}))
        for index, rule in enumerate(document["earning"]["rules"])
    ]
    for section in ("earning", "redemption"):
        places.append((f"$.{section}.nothing_on", document[section].get("nothing_on", {})))
    for path, targets in places:
        for kind in ("services", "categories"):
            for index, code in enumerate(targets.get(kind, ())):
                yield f"{path}.{kind}[{index}]", kind, code
