"""Tables of the loyalty app, one subject a file."""

from loyalty.models.ledger import Account, Allocation, Entry, Lot, Operation, OperationKind, Source, Unit
from loyalty.models.program import ProgramVersion

__all__ = [
    "Account",
    "Allocation",
    "Entry",
    "Lot",
    "Operation",
    "OperationKind",
    "ProgramVersion",
    "Source",
    "Unit",
]
