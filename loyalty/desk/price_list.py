"""Finds services and categories by what is typed: a code or a part of the name. One query each."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from clinics.models import Service, ServiceCategory

MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class PricedItem:
    """A service with its price, or a category (without)."""

    id: int
    code: str
    name: str
    price_kopecks: int


def find_services(text: str) -> list[PricedItem]:
    """The one service with this code or name; else all that contain the text, best first, eight at most."""
    rows = (
        Service.objects.filter(Q(code__iexact=text) | Q(name__icontains=text), is_active=True)
        .annotate(place=_place(text))
        .order_by("place", "name", "id")
        .values_list("id", "code", "name", "price", "place")[:MOST_SHOWN]
    )
    found = [(PricedItem(pk, code, name, int(price * 100)), place) for pk, code, name, price, place in rows]
    exact = [item for item, place in found if place == 0]
    return exact if len(exact) == 1 else [item for item, _place_of in found]


def find_service(service_id: int) -> PricedItem | None:
    row = Service.objects.filter(pk=service_id, is_active=True).values_list("id", "code", "name", "price").first()
    return PricedItem(row[0], row[1], row[2], int(row[3] * 100)) if row else None


def find_categories(text: str) -> list[PricedItem]:
    """Like find_services, for categories."""
    rows = (
        ServiceCategory.objects.filter(Q(code__iexact=text) | Q(name__icontains=text))
        .annotate(place=_place(text))
        .order_by("place", "name", "id")
        .values_list("id", "code", "name", "place")[:MOST_SHOWN]
    )
    found = [(PricedItem(pk, code, name, 0), place) for pk, code, name, place in rows]
    exact = [item for item, place in found if place == 0]
    return exact if len(exact) == 1 else [item for item, _place_of in found]


def _place(text: str) -> Case:
    return Case(
        When(Q(code__iexact=text) | Q(name__iexact=text), then=Value(0)),
        When(name__istartswith=text, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
