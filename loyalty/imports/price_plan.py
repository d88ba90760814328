"""Decides what a price list would change: services to add, to change, left alone, and those it does not name.

Services are known by their codes, the categories by code or name. Writes nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from clinics.models import Service, ServiceCategory
from clinics.money import to_kopecks
from clinics.number_texts import money_text
from loyalty.imports.faults import RowFault
from loyalty.imports.price_rows import PriceRow, read_price
from loyalty.imports.table_file import Row
from loyalty.models import RowOutcome
from loyalty.program.new_codes import new_code
from loyalty.program.preset_categories import preset_code


@dataclass(slots=True)
class PlannedService:
    """`service` has the row's values and is not saved; `earlier` holds the texts that they replace, by column."""

    row: PriceRow
    service: Service
    outcome: RowOutcome
    earlier: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PricePlan:
    """Of the whole file. `categories` are new ones, `absent` the active services that the file does not name."""

    rows: int = 0
    services: list[PlannedService] = field(default_factory=list)
    categories: list[ServiceCategory] = field(default_factory=list)
    absent: list[Service] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


def plan_prices(rows: Iterable[Row], *, creates_categories: bool) -> PricePlan:
    """Two queries. With `creates_categories` an unknown category is a new one, else a fault of the row."""
    return _Planner(creates_categories=creates_categories).plan(rows)


class _Planner:
    """What the portal knows, and what stood in the rows so far."""

    def __init__(self, *, creates_categories: bool) -> None:
        self.creates_categories = creates_categories
        self.services = {service.code: service for service in Service.objects.select_related("category")}
        categories = list(ServiceCategory.objects.order_by("id"))
        self.category_codes = {category.code for category in categories}
        self.categories = {_plain(category.name): category for category in reversed(categories)}
        # A code says it better than a name does.
        self.categories |= {_plain(category.code): category for category in categories}
        self.rows_of_codes: dict[str, int] = {}
        self.file = PricePlan()

    def plan(self, rows: Iterable[Row]) -> PricePlan:
        named = set()
        for row in rows:
            self.file.rows += 1
            answer = read_price(row)
            named.add(row["code"] if isinstance(answer, list) else answer.code)
            planned = answer if isinstance(answer, list) else self._plan(answer)
            if isinstance(planned, list):
                self.file.faults += planned
            else:
                self.file.services.append(planned)
        self.file.absent = self._absent(named)
        return self.file

    def _plan(self, row: PriceRow) -> PlannedService | list[RowFault]:
        other_row = self.rows_of_codes.setdefault(row.code, row.number)
        if other_row != row.number:
            return [RowFault(row.number, "code", "code_in_row", {"code": row.code, "other_row": other_row})]
        category = self._find_category(row.category) or self._new_category(row)
        if category is None:
            return [RowFault(row.number, "category", "no_such_category", {"found": row.category[:40]})]
        service = self.services.get(row.code)
        if service is None:
            is_active = row.is_active is not False
            fresh = Service(code=row.code, name=row.name, category=category, price=row.price, is_active=is_active)
            return PlannedService(row, fresh, RowOutcome.NEW)
        earlier = _change(service, row, category=category)
        return PlannedService(row, service, RowOutcome.CHANGED if earlier else RowOutcome.SAME, earlier)

    def _find_category(self, named: str) -> ServiceCategory | None:
        found = self.categories.get(_plain(named))
        return found or self.categories.get(preset_code(named) or "")

    def _new_category(self, row: PriceRow) -> ServiceCategory | None:
        if not self.creates_categories:
            return None
        code = preset_code(row.category) or new_code(row.category, taken=self.category_codes, otherwise="category")
        category = ServiceCategory(code=code, name=row.category)
        self.category_codes.add(code)
        self.categories[_plain(row.category)] = self.categories[code] = category
        self.file.categories.append(category)
        return category

    def _absent(self, named: Collection[str]) -> list[Service]:
        absent = [service for code, service in self.services.items() if service.is_active and code not in named]
        return sorted(absent, key=lambda service: service.code)


def _plain(text: str) -> str:
    return " ".join(text.replace("ё", "е").split()).casefold()


def _change(service: Service, row: PriceRow, *, category: ServiceCategory) -> dict[str, str]:
    """Give the service the row's values; what they were, by column."""
    earlier = {}
    if service.name != row.name:
        earlier["name"], service.name = service.name, row.name
    if category.pk is None or service.category_id != category.pk:
        earlier["category"], service.category = service.category.name, category
    if service.price != row.price:
        earlier["price"], service.price = money_text(to_kopecks(service.price)), row.price
    if row.is_active is not None and service.is_active != row.is_active:
        earlier["is_active"], service.is_active = "", row.is_active
    return earlier
