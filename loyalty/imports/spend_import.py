"""Imports marketing spend: a row per channel and month. All rows or none; a known sum is replaced."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from clinics.models import Clinic
from loyalty.imports import cells
from loyalty.imports.columns import Column
from loyalty.imports.faults import RowFault
from loyalty.imports.row_cells import RowCells
from loyalty.imports.stored_file import Openable
from loyalty.imports.table_file import Row, read_table
from loyalty.models import MarketingSpend

COLUMNS = (
    Column("month", ("месяц", "дата", "период"), is_required=True),
    Column("source", ("канал", "источник", "код канала"), is_required=True),
    Column("amount", ("сумма", "расход", "потрачено", "расход, руб."), is_required=True),
    Column("clinic", ("клиника", "код клиники")),
)
LONGEST_CODE = 50


class SpendRefused(Exception):
    """Rows have faults; nothing has been written."""

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__(len(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class SpendRow:
    """One sum; `clinic` is None for the money of the whole network."""

    number: int
    month: date
    source: str
    amount: Decimal
    clinic: Clinic | None

    @property
    def place(self) -> tuple[date, str, int | None]:
        return (self.month, self.source, self.clinic.pk if self.clinic is not None else None)


def import_spend(source: Openable, *, clinics: Collection[Clinic], actor: User, at: datetime) -> int:
    """Write the rows and return their number. Own transaction.

    `clinics` are those that the person may write about. Raises FileRefused, SpendRefused.
    """
    rows = _read(source, {clinic.code: clinic for clinic in clinics})
    with transaction.atomic():
        MarketingSpend.objects.bulk_create(
            (
                MarketingSpend(source=row.source, month=row.month, clinic=row.clinic, amount=row.amount)
                for row in rows
            ),
            update_conflicts=True,
            unique_fields=["source", "month", "clinic"],
            update_fields=["amount"],
        )
        audit.record(code="spend.imported", at=at, actor=actor, details={"rows": len(rows)})
    return len(rows)


def _read(source: Openable, clinics: dict[str, Clinic]) -> list[SpendRow]:
    rows: list[SpendRow] = []
    faults: list[RowFault] = []
    places: dict[tuple[date, str, int | None], int] = {}
    for line in read_table(source, COLUMNS):
        row = _read_row(line, clinics)
        if isinstance(row, list):
            faults += row
        elif places.setdefault(row.place, row.number) != row.number:
            faults.append(RowFault(row.number, "source", "spend_in_row", {"other_row": places[row.place]}))
        else:
            rows.append(row)
    if faults:
        raise SpendRefused(faults)
    return rows


def _read_row(line: Row, clinics: dict[str, Clinic]) -> SpendRow | list[RowFault]:
    reader = RowCells(line)
    month = reader.read("month", cells.read_day, empty=date.min)
    row = SpendRow(
        number=line.number,
        month=month.replace(day=1),
        source=reader.read("source", cells.read_slug, empty="", longest=LONGEST_CODE),
        amount=reader.read("amount", cells.read_roubles, empty=Decimal(0)),
        clinic=clinics.get(line["clinic"]),
    )
    for column in ("month", "source", "amount"):
        if not line[column]:
            reader.refuse(column, "missing")
    if line["clinic"] and row.clinic is None:
        reader.refuse("clinic", "unknown_clinic", found=line["clinic"][:40])
    return reader.faults or row
