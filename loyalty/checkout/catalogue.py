"""Turns services, categories and doctors of a draft into the codes that rules speak of."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from loyalty.checkout.draft import DraftLine
from loyalty.rules.facts import LineFacts

LEVELS = 3  # of categories: the item's own and two above it

# By hand: at every keystroke of the desk the ORM would spend longer on wording it than the database on answering.
ITEMS = """
    select 'service', s.id, s.code, s.name, c.id, c.code, parent.code, grandparent.code,
           c.name, parent.name, grandparent.name
      from clinics_service s
      join clinics_servicecategory c on c.id = s.category_id
      left join clinics_servicecategory parent on parent.id = c.parent_id
      left join clinics_servicecategory grandparent on grandparent.id = parent.parent_id
     where s.id = any(%s) and s.is_active
    union all
    select 'category', c.id, c.code, c.name, c.id, c.code, parent.code, grandparent.code,
           c.name, parent.name, grandparent.name
      from clinics_servicecategory c
      left join clinics_servicecategory parent on parent.id = c.parent_id
      left join clinics_servicecategory grandparent on grandparent.id = parent.parent_id
     where c.id = any(%s)
    union all
    select 'doctor', d.id, d.code, d.name, null, null, null, null, null, null, null
      from clinics_doctor d
     where d.id = any(%s) and d.is_active"""


class LineRefused(Exception):
    """A line names what does not exist or is no longer offered; the subclass says which of its fields."""

    def __init__(self, *, position: int) -> None:
        super().__init__(position)
        self.position = position


class UnknownService(LineRefused):
    """The service or the category of a line."""


class UnknownDoctor(LineRefused):
    """The doctor of a line."""


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
    doctors: dict[int, str] = field(default_factory=dict)  # codes

    def item_of(self, line: DraftLine) -> CatalogueItem | None:
        """What the line names; None for a plain amount without a category."""
        if line.service_id is not None:
            return self.services.get(line.service_id)
        return None if line.category_id is None else self.categories.get(line.category_id)


def read_catalogue(lines: Iterable[DraftLine]) -> Catalogue:
    """The items and doctors that the lines name, by one query (none when no line names anything)."""
    lines = tuple(lines)
    named = [
        [line.service_id for line in lines if line.service_id is not None],
        [line.category_id for line in lines if line.category_id is not None],
        [line.doctor_id for line in lines if line.doctor_id is not None],
    ]
    found = Catalogue(services={}, categories={})
    if not any(named):
        return found
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, named)
        rows = cursor.fetchall()
    for kind, item_id, code, name, category_id, *chain in rows:
        if kind == "doctor":
            found.doctors[item_id] = code
            continue
        codes, names = chain[:LEVELS], chain[LEVELS:]
        found.category_names.update(pair for pair in zip(codes, names, strict=True) if pair[0])
        is_service = kind == "service"
        item = CatalogueItem(
            id=item_id,
            service=code if is_service else None,
            name=name,
            category_id=category_id,
            categories=tuple(part for part in codes if part),
        )
        (found.services if is_service else found.categories)[item_id] = item
    return found


def line_facts(lines: Iterable[DraftLine], *, catalogue: Catalogue) -> tuple[LineFacts, ...]:
    """The lines as the engine sees them, positions from 1. Raises UnknownService, UnknownDoctor."""
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
                doctor=_doctor_of(line, position=position, catalogue=catalogue),
            )
        )
    return tuple(facts)


def _doctor_of(line: DraftLine, *, position: int, catalogue: Catalogue) -> str | None:
    if line.doctor_id is None:
        return None
    code = catalogue.doctors.get(line.doctor_id)
    if code is None:
        raise UnknownDoctor(position=position)
    return code
