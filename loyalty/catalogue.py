"""Turns services and categories of a draft into the codes that rules speak of."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Value
from django.db.models.fields import BooleanField

from clinics.models import Service, ServiceCategory
from loyalty.receipt_draft import DraftLine
from loyalty.rules.facts import LineFacts

LEVELS = 3  # of categories: the item's own and two above it


class UnknownService(Exception):
    """A line names a service or a category that does not exist or is no longer sold."""

    def __init__(self, *, position: int) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """`categories` are codes, the item's own first, then its ancestors (three levels at most)."""

    id: int
    service: str | None
    name: str
    category_id: int
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    services: dict[int, CatalogueItem]
    categories: dict[int, CatalogueItem]
    category_names: dict[str, str] = field(default_factory=dict)  # by code, ancestors of the lines' included

    def item_of(self, line: DraftLine) -> CatalogueItem | None:
        """What the line names; None for a plain amount without a category."""
        if line.service_id is not None:
            return self.services.get(line.service_id)
        return None if line.category_id is None else self.categories.get(line.category_id)


def read_catalogue(lines: Iterable[DraftLine]) -> Catalogue:
    """The items that the lines name, by one query (none when no line names anything)."""
    lines = tuple(lines)
    service_ids = {line.service_id for line in lines if line.service_id is not None}
    category_ids = {line.category_id for line in lines if line.category_id is not None}
    if not service_ids and not category_ids:
        return Catalogue(services={}, categories={})
    services = Service.objects.filter(pk__in=service_ids, is_active=True).values_list(
        Value(True, BooleanField()), "id", "code", "name", "category_id",
        "category__code", "category__parent__code", "category__parent__parent__code",
        "category__name", "category__parent__name", "category__parent__parent__name",
    )  # fmt: skip
    categories = ServiceCategory.objects.filter(pk__in=category_ids).values_list(
        Value(False, BooleanField()), "id", F("code"), "name", F("id"),
        "code", "parent__code", "parent__parent__code",
        F("name"), "parent__name", "parent__parent__name",
    )  # fmt: skip
    found = Catalogue(services={}, categories={})
    for is_service, item_id, code, name, category_id, *chain in services.union(categories, all=True):
        item = CatalogueItem(
            id=item_id,
            service=code if is_service else None,
            name=name,
            category_id=category_id,
            categories=tuple(code for code in chain[:LEVELS] if code),
        )
        found.category_names.update(zip(item.categories, chain[LEVELS:], strict=False))
        (found.services if is_service else found.categories)[item_id] = item
    return found


def line_facts(lines: Iterable[DraftLine], *, catalogue: Catalogue) -> tuple[LineFacts, ...]:
    """The lines as the engine sees them, positions from 1. Raises UnknownService."""
    facts = []
    for position, line in enumerate(lines, start=1):
        item = catalogue.item_of(line)
        if item is None and (line.service_id is not None or line.category_id is not None):
            raise UnknownService(position=position)
        facts.append(
            LineFacts(
                position=position,
                price_kopecks=line.price_kopecks,
                service=item.service if item else None,
                categories=item.categories if item else (),
                quantity=line.quantity,
            )
        )
    return tuple(facts)
