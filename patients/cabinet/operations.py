"""Rows of a patient's own history, read page by page: home shows the newest ones, history all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from zoneinfo import ZoneInfo

from loyalty.ledger.balance import Holdings
from loyalty.ledger.statement import Part, StatementRow, statement
from loyalty.models import ReceiptLine, Standing
from loyalty.program.versions import NoProgram, current_program
from loyalty.receipt_numbers import receipt_numbers
from loyalty.rules.compiled import CompiledProgram
from patients.cabinet.history_texts import HistoryRow, Reader, history_row


@dataclass(frozen=True, slots=True)
class Operations:
    """Rows that moved points, newest first, and the numbers of the receipts behind them, by operation."""

    rows: tuple[StatementRow, ...] = ()
    receipts: dict[int, int] = field(default_factory=dict)
    has_more: bool = False

    def receipt_of(self, row: StatementRow) -> int | None:
        return self.receipts.get(row.reversal_of_id or row.operation_id)


def read_operations(
    *, account_id: int, count: int, part: Part = Part.MOVED, before_id: int | None = None
) -> Operations:
    """The newest rows of the part, or those before an entry. Two queries."""
    rows = statement(account_id, count + 1, before_id, part=part)
    shown = tuple(rows[:count])
    ids = {row.reversal_of_id or row.operation_id for row in shown}
    return Operations(rows=shown, receipts=receipt_numbers(ids), has_more=len(rows) > count)


def worded(
    operations: Operations,
    *,
    standing: Standing,
    holdings: Holdings,
    program: CompiledProgram | None,
    tz: ZoneInfo,
    at: datetime,
    services: Mapping[int, tuple[str, ...]] = MappingProxyType({}),
) -> list[HistoryRow]:
    """The rows in the language of the page; `services` are their names by receipt, for who wants to read them."""
    reader = Reader(
        schedule=holdings.schedule, rolling_until=standing.account.rolling_until, program=program, tz=tz, at=at
    )
    rows = []
    for row in operations.rows:
        receipt = operations.receipt_of(row)
        names = services.get(receipt, ()) if receipt else ()
        rows.append(history_row(row, receipt=receipt, reader=reader, services=names))
    return rows


def service_names(operations: Operations) -> dict[int, tuple[str, ...]]:
    """What was done to the patient themselves, by receipt: of others they only paid for. One query."""
    lines = ReceiptLine.objects.filter(receipt__in=operations.receipts.values(), receipt__treated=None)
    lines = lines.order_by("receipt", "position")
    named = lines.exclude(service=None).values_list("receipt_id", "service__name")
    return {
        receipt: tuple(name for _receipt, name in of_receipt)
        for receipt, of_receipt in groupby(named, key=lambda line: line[0])
    }


def find_program(at: datetime) -> CompiledProgram | None:
    """The program in force; None before the first one is published."""
    try:
        return current_program(at=at).program
    except NoProgram:
        return None
