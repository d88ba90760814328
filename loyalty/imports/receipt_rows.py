"""Rows of a file of receipts, read into values and put together into receipts.

A receipt without a document number gets a made one: customer, day, and which of the customer's rows of that day
it is. So byte-identical rows are different receipts, and a second run recognises each of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from clinics.calendar import local_date
from clinics.models import Doctor, Service, ServiceCategory
from clinics.money import to_kopecks, to_roubles
from loyalty.checkout.draft import DraftLine
from loyalty.imports import cells
from loyalty.imports.columns import Column
from loyalty.imports.faults import RowFault
from loyalty.imports.row_cells import RowCells
from loyalty.imports.table_file import Row

COLUMNS = (
    Column("customer", ("key", "id", "код пациента", "пациент", "клиент", "код клиента"), is_required=True),
    Column("date", ("дата", "дата оплаты", "paid_at", "дата чека"), is_required=True),
    Column("amount", ("сумма", "оплачено", "сумма чека", "стоимость"), is_required=True),
    Column("document", ("документ", "номер документа", "номер чека", "чек", "receipt")),
    Column("items", ("количество", "кол-во", "quantity")),
    Column("service", ("услуга", "код услуги")),
    Column("category", ("категория", "код категории")),
    Column("doctor", ("врач", "код врача")),
    Column("is_paid", ("оплачен", "оплата прошла")),
)
LONGEST_KEY = 60  # with the day and the number it makes a document
LONGEST_DOCUMENT = 80
MOST_ITEMS = 10_000
MOST_RECEIPT_KOPECKS = 1_000_000_000_00
NOON = time(12)


@dataclass(frozen=True, slots=True)
class ReceiptScope:
    """How the file is to be read. Days without a time of day mean noon in the clinic's zone."""

    tz: ZoneInfo
    until: datetime  # nothing later is a past receipt
    unit_roubles: Decimal = Decimal(1)  # worth of one unit of the column `amount`


@dataclass(slots=True)
class FileReceipt:
    """One receipt of the file."""

    rows: list[int]  # their numbers, at least one
    customer: str
    document: str
    is_numbered: bool  # the file gave the document number
    paid_at: datetime
    lines: list[DraftLine] = field(default_factory=list)

    @property
    def price_kopecks(self) -> int:
        return sum(line.price_kopecks for line in self.lines)

    def faults(self, column: str, code: str, data: Mapping[str, object]) -> list[RowFault]:
        """The same fault for every row of the receipt."""
        return [RowFault(row, column, code, data) for row in self.rows]


@dataclass(slots=True)
class ReceiptFile:
    """All good receipts of a file by customer, in date order; kept in memory, some 300 bytes a row."""

    rows: int = 0
    unpaid: int = 0
    by_customer: dict[str, list[FileReceipt]] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)


def read_receipts(rows: Iterable[Row], *, scope: ReceiptScope) -> ReceiptFile:
    """Every row ends up in a receipt, among the unpaid, or in a fault."""
    return _Reader(scope).read(rows)


class _Reader:
    """Remembers documents and days between rows."""

    def __init__(self, scope: ReceiptScope) -> None:
        self.scope = scope
        self.services = dict(Service.objects.filter(is_active=True).values_list("code", "id"))
        self.categories = dict(ServiceCategory.objects.values_list("code", "id"))
        self.doctors = dict(Doctor.objects.filter(is_active=True).values_list("code", "id"))
        self.rows_of_day: Counter[tuple[str, date]] = Counter()
        self.documents: dict[str, int] = {}
        self.faulty_documents: dict[str, int] = {}
        self.last: FileReceipt | None = None

    def read(self, rows: Iterable[Row]) -> ReceiptFile:
        file = ReceiptFile()
        receipts: list[FileReceipt] = []
        for row in rows:
            file.rows += 1
            answer = self._read(row)
            if answer is None:
                file.unpaid += 1
            elif isinstance(answer, list):
                file.faults += answer
                # A repeated number is the fault of the repeating row, not of the document.
                if row["document"] and any(fault.column != "document" for fault in answer):
                    self.faulty_documents.setdefault(row["document"], row.number)
            elif answer is not self.last:
                receipts.append(answer)
                self.last = answer
        self._sort_out(receipts, file)
        return file

    def _sort_out(self, receipts: Iterable[FileReceipt], file: ReceiptFile) -> None:
        """A document with a wrong line is left out whole: half a receipt would be a wrong one."""
        for receipt in receipts:
            wrong_row = self.faulty_documents.get(receipt.document) if receipt.is_numbered else None
            if receipt.price_kopecks > MOST_RECEIPT_KOPECKS:
                total = to_roubles(receipt.price_kopecks)
                file.faults += receipt.faults("amount", "too_large", {"found": str(total)})
            elif wrong_row is None:
                file.by_customer.setdefault(receipt.customer, []).append(receipt)
            else:
                data = {"document": receipt.document, "other_row": wrong_row}
                file.faults += receipt.faults("document", "document_has_error", data)
        for own in file.by_customer.values():
            own.sort(key=lambda receipt: (receipt.paid_at, receipt.rows[0]))

    def _read(self, row: Row) -> FileReceipt | list[RowFault] | None:
        """The receipt that the row begins or continues; None for an unpaid one; or what is wrong."""
        reader = RowCells(row)
        customer = reader.read("customer", cells.read_name, empty="", longest=LONGEST_KEY)
        day, clock = reader.read("date", cells.read_day_and_time, empty=(None, None))
        # Counted even when the row is wrong elsewhere: correcting it must not renumber the others.
        self.rows_of_day[customer, day] += 1
        line = self._line(reader)
        document = reader.read("document", cells.read_name, empty="", longest=LONGEST_DOCUMENT)
        is_paid = reader.read("is_paid", cells.read_flag, empty=True)
        for column in ("customer", "date", "amount"):
            if not row[column]:
                reader.refuse(column, "missing")
        paid_at = self._moment(day, clock) if day else None
        if day and paid_at is None:
            reader.refuse("date", "in_the_future", found=row["date"])
        if reader.faults or paid_at is None:
            return reader.faults
        if not is_paid:
            return None
        return self._receipt(row, customer=customer, paid_at=paid_at, day=day, document=document, line=line)

    def _moment(self, day: date, clock: time | None) -> datetime | None:
        """None when it has not come yet."""
        moment = datetime.combine(day, clock or NOON, tzinfo=self.scope.tz).astimezone(UTC)
        if clock is None and day == local_date(self.scope.until, self.scope.tz):
            return min(moment, self.scope.until)
        return moment if moment <= self.scope.until else None

    def _line(self, reader: RowCells) -> DraftLine:
        roubles = reader.read("amount", cells.read_roubles, empty=Decimal(0), unit_roubles=self.scope.unit_roubles)
        return DraftLine(
            price_kopecks=to_kopecks(roubles),
            service_id=self._known(reader, "service", self.services),
            category_id=self._known(reader, "category", self.categories),
            quantity=reader.read("items", cells.read_quantity, empty=1, most=MOST_ITEMS),
            doctor_id=self._known(reader, "doctor", self.doctors),
        )

    def _known(self, reader: RowCells, column: str, ids: dict[str, int]) -> int | None:
        code = reader.row[column]
        if column == "service" and code not in ids:
            code = cells.plain_service_code(code)
        if code and code not in ids:
            reader.refuse(column, f"unknown_{column}", found=code[:40])
        return ids.get(code)

    def _receipt(
        self, row: Row, *, customer: str, paid_at: datetime, day: date, document: str, line: DraftLine
    ) -> FileReceipt | list[RowFault]:
        last = self.last
        # Lines of one document stand together and name what they are for; a bare row is a whole receipt.
        names_item = line.service_id is not None or line.category_id is not None
        if last and names_item and (last.document, last.customer, last.paid_at) == (document, customer, paid_at):
            last.lines.append(line)
            last.rows.append(row.number)
            return last
        if document in self.documents:
            data = {"document": document, "other_row": self.documents[document]}
            return [RowFault(row.number, "document", "document_in_row", data)]
        if document:
            self.documents[document] = row.number
        number = self.rows_of_day[customer, day]
        return FileReceipt(
            rows=[row.number],
            customer=customer,
            document=document or f"{customer}/{day.isoformat()}/{number}",
            is_numbered=bool(document),
            paid_at=paid_at,
            lines=[line],
        )
