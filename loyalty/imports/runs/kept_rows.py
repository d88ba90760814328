"""Keeps the rows of a file that its page shows: all that have an error, and the first of every other outcome."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from loyalty.imports.columns import Column
from loyalty.imports.faults import RowFault
from loyalty.imports.stored_file import Openable
from loyalty.imports.table_file import Row, read_table
from loyalty.models import ImportRow, ImportRun, RowOutcome

# As many as a list of the admin shows.
MOST_SHOWN = 5_000
LONGEST_CELL = 200
BATCH = 1_000
_OUTCOMES = list(RowOutcome)


class RowsHeard:
    """What a preview has told of the rows, a byte per row: a file may have a million."""

    def __init__(self) -> None:
        self._outcomes = bytearray()
        self.earlier: dict[int, Mapping[str, str]] = {}
        self.faults: dict[int, list[RowFault]] = {}
        self.absent: list[dict[str, str]] = []
        self._changed = 0

    def on_fault(self, fault: RowFault) -> None:
        self.faults.setdefault(fault.row, []).append(fault)

    def on_outcome(self, number: int, outcome: RowOutcome, earlier: Mapping[str, str]) -> None:
        if number >= len(self._outcomes):
            self._outcomes.extend(bytes(number + 1 - len(self._outcomes)))
        self._outcomes[number] = _OUTCOMES.index(outcome) + 1
        if earlier and self._changed < MOST_SHOWN:
            self._changed += 1
            self.earlier[number] = earlier

    def outcome_of(self, number: int) -> RowOutcome:
        """What nothing was told of is left out without a fault."""
        told = self._outcomes[number] if number < len(self._outcomes) else 0
        return _OUTCOMES[told - 1] if told else RowOutcome.SKIPPED


def keep_rows(run: ImportRun, source: Openable, *, columns: Iterable[Column], heard: RowsHeard) -> dict[str, int]:
    """Store what the run's page will show; all rows by outcome. Call inside a transaction."""
    codes = [code for code, _title in run.titles]
    shown: Counter[str] = Counter()
    batch: list[ImportRow] = []
    for row in read_table(source, tuple(columns)):
        outcome = heard.outcome_of(row.number)
        shown[outcome] += 1
        if outcome != RowOutcome.REFUSED and shown[outcome] > MOST_SHOWN:
            continue
        batch.append(_shown_row(run, row, codes=codes, outcome=outcome, heard=heard))
        if len(batch) == BATCH:
            ImportRow.objects.bulk_create(batch)
            batch = []
    batch += _absent_rows(run, heard.absent[:MOST_SHOWN], codes=codes)
    ImportRow.objects.bulk_create(batch, batch_size=BATCH)
    shown[RowOutcome.ABSENT] = len(heard.absent)
    return {str(outcome): rows for outcome, rows in shown.items() if rows}


def keep_faults(run: ImportRun, faults: Iterable[RowFault]) -> None:
    """After the writing only what was left out is kept, and why. Call inside a transaction."""
    by_row: dict[int, list[RowFault]] = {}
    for fault in faults:
        by_row.setdefault(fault.row, []).append(fault)
    ImportRow.objects.bulk_create(
        (
            ImportRow(run=run, number=number, outcome=RowOutcome.REFUSED, faults=_stored(own))
            for number, own in sorted(by_row.items())
        ),
        batch_size=BATCH,
    )


def faults_of(row: ImportRow) -> list[RowFault]:
    return [RowFault(row.number, column, code, data) for column, code, data in row.faults]


def _shown_row(run: ImportRun, row: Row, *, codes: list[str], outcome: RowOutcome, heard: RowsHeard) -> ImportRow:
    return ImportRow(
        run=run,
        number=row.number,
        outcome=outcome,
        cells=[row[code][:LONGEST_CELL] for code in codes],
        earlier=dict(heard.earlier.get(row.number, {})),
        faults=_stored(heard.faults.get(row.number, [])),
    )


def _absent_rows(run: ImportRun, absent: list[dict[str, str]], *, codes: list[str]) -> Iterator[ImportRow]:
    for texts in absent:
        cells = [texts.get(code, "") for code in codes]
        yield ImportRow(run=run, number=0, outcome=RowOutcome.ABSENT, cells=cells)


def _stored(faults: list[RowFault]) -> list[list[object]]:
    return [[fault.column, fault.code, dict(fault.data)] for fault in faults]
