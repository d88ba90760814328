"""What the lines of past receipts were, in the codes of the rules; services that are no longer sold included."""

from dataclasses import dataclass
from typing import NamedTuple

from clinics.models import Doctor, Service, ServiceCategory
from loyalty.checkout.catalogue import LEVELS


class Goods(NamedTuple):
    service: str | None
    categories: tuple[str, ...]


NO_GOODS = Goods(None, ())


@dataclass(frozen=True, slots=True)
class PriceList:
    """By id. Three queries read it whole: it is small beside the receipts."""

    services: dict[int, Goods]
    categories: dict[int, Goods]
    doctors: dict[int, str]

    def goods(self, service_id: int | None, category_id: int | None) -> Goods:
        if service_id is not None:
            return self.services[service_id]
        return NO_GOODS if category_id is None else self.categories[category_id]


def read_price_list() -> PriceList:
    parents = {
        pk: (code, parent) for pk, code, parent in ServiceCategory.objects.values_list("id", "code", "parent")
    }
    chains = {pk: _chain(pk, parents) for pk in parents}
    return PriceList(
        services={
            pk: Goods(code, chains[category])
            for pk, code, category in Service.objects.values_list("id", "code", "category")
        },
        categories={pk: Goods(None, chain) for pk, chain in chains.items()},
        doctors=dict(Doctor.objects.values_list("id", "code")),
    )


def _chain(category_id: int, parents: dict[int, tuple[str, int | None]]) -> tuple[str, ...]:
    """The category's own code first, then its ancestors', as far as rules look."""
    codes: list[str] = []
    current: int | None = category_id
    while current is not None and len(codes) < LEVELS:
        code, current = parents[current]
        codes.append(code)
    return tuple(codes)
