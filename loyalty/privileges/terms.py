"""What a privilege gives and where: kept with every code, so that a change of the catalogue touches none sold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from clinics.money import to_kopecks
from loyalty.models import Privilege
from loyalty.rules.facts import PrivilegeFacts
from loyalty.rules.privileges import privilege_code

Kind = Privilege.Kind


@dataclass(frozen=True, slots=True)
class Terms:
    """Codes. With neither services nor categories every line is meant, with no clinics any clinic."""

    kind: str
    kopecks: int  # off; 0 but for a discount in roubles
    services: tuple[str, ...]
    categories: tuple[str, ...]
    clinics: tuple[str, ...]

    @property
    def is_handed_over(self) -> bool:
        """Goods that are in no price list: nothing comes off a receipt, they are given with it."""
        return self.kind == Kind.GOODS and not (self.services or self.categories)

    def works_in(self, clinic_code: str) -> bool:
        return not self.clinics or clinic_code in self.clinics

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def terms_of(privilege: Privilege) -> Terms:
    """The terms that a code bought now gets. Three queries."""
    return Terms(
        kind=privilege.kind,
        kopecks=0 if privilege.amount is None else to_kopecks(privilege.amount),
        services=_codes(privilege.services),
        categories=_codes(privilege.categories),
        clinics=_codes(privilege.clinics),
    )


def read_terms(stored: Mapping[str, Any]) -> Terms:
    return Terms(
        kind=stored["kind"],
        kopecks=stored["kopecks"],
        services=tuple(stored["services"]),
        categories=tuple(stored["categories"]),
        clinics=tuple(stored["clinics"]),
    )


def facts_of(key: str, terms: Terms) -> PrivilegeFacts | None:
    """What the engine is told; None for goods that no line of a receipt names."""
    if terms.is_handed_over:
        return None
    return PrivilegeFacts(
        code=privilege_code(key),
        kopecks=terms.kopecks if terms.kind == Kind.AMOUNT else None,
        services=frozenset(terms.services),
        categories=frozenset(terms.categories),
    )


def _codes(rows: Any) -> tuple[str, ...]:
    return tuple(sorted(rows.values_list("code", flat=True)))
