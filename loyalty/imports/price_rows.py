"""One row of a price list, read into values."""

from dataclasses import dataclass
from decimal import Decimal

from clinics.models import Service, ServiceCategory
from loyalty.imports import cells
from loyalty.imports.columns import Column
from loyalty.imports.faults import RowFault
from loyalty.imports.row_cells import RowCells
from loyalty.imports.table_file import Row

COLUMNS = (
    Column("code", ("код", "код услуги", "артикул", "id"), is_required=True),
    Column("name", ("название", "наименование", "услуга", "наименование услуги"), is_required=True),
    Column("category", ("категория", "раздел", "группа", "код категории"), is_required=True),
    Column("price", ("цена", "стоимость", "цена, руб.", "сумма"), is_required=True),
    Column("is_active", ("активна", "оказывается")),
)
LONGEST_CODE: int = Service._meta.get_field("code").max_length or 0
LONGEST_NAME: int = Service._meta.get_field("name").max_length or 0
LONGEST_CATEGORY: int = ServiceCategory._meta.get_field("name").max_length or 0


@dataclass(frozen=True, slots=True)
class PriceRow:
    """`category` is the code or the name of one; `is_active` is None where the file does not say."""

    number: int
    code: str
    name: str
    category: str
    price: Decimal  # roubles
    is_active: bool | None


def read_price(row: Row) -> PriceRow | list[RowFault]:
    """The row's values, or everything that is wrong in it."""
    reader = RowCells(row)
    price = PriceRow(
        number=row.number,
        code=reader.read("code", cells.read_service_code, empty="", longest=LONGEST_CODE),
        name=reader.read("name", cells.read_name, empty="", longest=LONGEST_NAME),
        category=reader.read("category", cells.read_name, empty="", longest=LONGEST_CATEGORY),
        price=reader.read("price", cells.read_roubles, empty=Decimal(0)),
        is_active=reader.read("is_active", cells.read_flag, empty=None),
    )
    for column in ("code", "name", "category", "price"):
        if not row[column]:
            reader.refuse(column, "missing")
    return reader.faults or price
