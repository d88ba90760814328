"""Why the ledger refuses an act. The classes carry numbers; texts for people are made at the edge."""

from dataclasses import dataclass


class LedgerRefusal(Exception):
    """The act was refused and nothing was written."""


@dataclass
class InsufficientPoints(LedgerRefusal):
    """More units were asked for than can be spent at that moment."""

    needed: int
    spendable: int


@dataclass
class AccountInDebt(LedgerRefusal):
    """Nothing can be spent while the account has a debt (in units)."""

    account_id: int
    debt: int


@dataclass
class NothingToReverse(LedgerRefusal):
    """The operation cannot be reversed, or has been in full."""

    operation_id: int


@dataclass
class ReversalTooLarge(LedgerRefusal):
    """More units than the original still has to give."""

    operation_id: int
    needed: int
    reversible: int


@dataclass
class MovedOn(LedgerRefusal):
    """Of what a transfer moved so many units have been spent, taken or passed on since."""

    operation_id: int
    units: int


@dataclass
class KeyReused(LedgerRefusal):
    """The key belongs to another act: of another kind, on another account or of other units."""

    key: str
    operation_id: int


@dataclass
class AccountMissing(LedgerRefusal):
    """No such account. Raised by the database: an open transaction is broken by it."""

    account_id: int
