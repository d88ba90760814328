"""The acts of the ledger: the only code that calls its kernel.

Every act is one SQL statement. It locks the account's row before it reads lots, several accounts in id order,
and joins the transaction that is open, if any. `key` makes an act happen once: the same act with the same key
returns the first operation with `is_duplicate`, another act raises KeyReused. A refusal writes nothing and,
but for AccountMissing, leaves an open transaction usable. Units are whole points (kopecks or uses on accounts
of those units). `at` is the act's moment, and the moment by which last days are judged. Nothing here reads the
clock. Sweeps, closing visits and the replay of imports stand in files of their own and are offered here too.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Unpack

from loyalty.ledger.acts import DatedDay, NewLot, PastAct, Posted, RollingDate, Slice, TakeBackPolicy, VisitLot
from loyalty.ledger.kernel import Circumstances, circumstances_of, int8, lot_document, post
from loyalty.ledger.refusals import (
    AccountInDebt,
    AccountMissing,
    InsufficientPoints,
    KeyReused,
    LedgerRefusal,
    MovedOn,
    NothingToReverse,
    ReversalTooLarge,
)
from loyalty.ledger.replaying import replay
from loyalty.ledger.sweeping import burn_slice, due_accounts, due_releases, release_slice
from loyalty.ledger.visit_closing import close_visit
from loyalty.models import OperationKind, Source

__all__ = [
    "AccountInDebt",
    "AccountMissing",
    "DatedDay",
    "InsufficientPoints",
    "KeyReused",
    "LedgerRefusal",
    "MovedOn",
    "NewLot",
    "NothingToReverse",
    "PastAct",
    "Posted",
    "ReversalTooLarge",
    "RollingDate",
    "Slice",
    "TakeBackPolicy",
    "VisitLot",
    "adjust",
    "burn_slice",
    "close_visit",
    "due_accounts",
    "due_releases",
    "earn",
    "prolong",
    "release_slice",
    "replay",
    "return_spent",
    "set_rolling",
    "spend",
    "take_back",
    "transfer",
    "transfer_back",
]

EARN = "select * from ledger_earn(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
SPEND = "select * from ledger_spend(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
PROLONG = "select * from ledger_prolong(%s, %s, %s, %s, %s, %s, %s, %s)"
SET_ROLLING = "select * from ledger_set_rolling(%s, %s, %s, %s, %s, %s, %s)"
RETURN_SPENT = "select * from ledger_return_spent(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
TAKE_BACK = "select * from ledger_take_back(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
TRANSFER_BACK = "select * from ledger_transfer_back(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
TRANSFER = "select * from ledger_transfer(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def earn(
    *,
    account_id: int,
    lots: Sequence[NewLot],
    key: str,
    at: datetime,
    kind: str = OperationKind.EARN,
    rolling: RollingDate | None = None,
    **circumstances: Unpack[Circumstances],
) -> Posted:
    """Add lots (EARN, GIFT, OPENING or ADJUST); a debt is paid first.

    With `rolling` it is a payment: a lapsed account first burns what is past its day, then its date becomes the
    later of the stored and the given one. Raises AccountMissing, KeyReused.
    """
    if not lots or any(lot.points <= 0 for lot in lots):
        raise ValueError("earn needs lots of at least one point each")
    first = lots[0]
    more = json.dumps([lot_document(lot) for lot in lots[1:]]) if len(lots) > 1 else None
    last_day, expires_at, months = rolling or (None, None, None)
    head = (
        int8(account_id),
        key,
        str(kind),
        int8(first.points),
        first.last_day,
        first.expires_at,
        first.available_at,
        first.never_burns,
        first.waits_for_visit,
    )
    return post(
        EARN,
        (*head, more, last_day, expires_at, int8(months), *circumstances_of(at, circumstances)),
        key=key,
        subject_id=account_id,
    )


def spend(
    *,
    account_id: int,
    units: int,
    key: str,
    at: datetime,
    kind: str = OperationKind.SPEND,
    **circumstances: Unpack[Circumstances],
) -> Posted:
    """Take units from the lots that end soonest, then the oldest.

    Raises InsufficientPoints, AccountInDebt, AccountMissing, KeyReused.
    """
    _require_positive(units)
    return post(
        SPEND,
        (int8(account_id), key, str(kind), int8(units), *circumstances_of(at, circumstances)),
        key=key,
        subject_id=account_id,
        needed=units,
    )


def adjust(
    *,
    account_id: int,
    units: int,
    key: str,
    at: datetime,
    last_day: date | None = None,
    expires_at: datetime | None = None,
    never_burns: bool = False,
    **circumstances: Unpack[Circumstances],
) -> Posted:
    """Correct an account by hand: credit for positive units, debit for negative ones. A reason is required.

    A credit makes one lot, with the given last day or `never_burns`. Raises what `earn` and `spend` raise.
    """
    if not circumstances.get("reason", "").strip():
        raise ValueError("an adjustment needs a reason")
    if units < 0:
        return spend(
            account_id=account_id, units=-units, key=key, at=at, kind=OperationKind.ADJUST, **circumstances
        )
    lot = NewLot(points=units, last_day=last_day, expires_at=expires_at, never_burns=never_burns)
    return earn(account_id=account_id, lots=[lot], key=key, at=at, kind=OperationKind.ADJUST, **circumstances)


def prolong(
    *, account_id: int, rolling: RollingDate, key: str, at: datetime, source: str = Source.SYSTEM
) -> Posted:
    """Move the rolling date forward for a payment that earned nothing.

    A lapsed account first burns what is past its day (`units` says how much, negative). Repeating it changes
    nothing. Raises AccountMissing.
    """
    date_and_months = (rolling.last_day, rolling.expires_at, int8(rolling.months))
    return post(PROLONG, (int8(account_id), key, *date_and_months, at, at, source), key=key, subject_id=account_id)


def set_rolling(
    *, account_id: int, rolling: tuple[date, datetime], key: str, at: datetime, source: str = Source.SYSTEM
) -> Posted:
    """Set the rolling date, also to an earlier day: after a full refund of the payment that moved it.

    As `prolong` otherwise: what has ended already stays ended.
    """
    return post(SET_ROLLING, (int8(account_id), key, *rolling, at, at, source), key=key, subject_id=account_id)


def return_spent(
    *,
    operation_id: int,
    units: int,
    key: str,
    at: datetime,
    grace: tuple[date, datetime],
    **circumstances: Unpack[Circumstances],
) -> Posted:
    """Give spent units back to the lots they came from, last taken first, dates unchanged.

    What belongs to a lot that has burnt or is past its day becomes a new lot that lives to the `grace` day.
    A debt is paid first. Any number of slices. Raises NothingToReverse, ReversalTooLarge, KeyReused.
    """
    _require_positive(units)
    return post(
        RETURN_SPENT,
        (int8(operation_id), int8(units), key, *grace, *circumstances_of(at, circumstances)),
        key=key,
        subject_id=operation_id,
        needed=units,
    )


def take_back(
    *,
    operation_id: int,
    units: int,
    key: str,
    at: datetime,
    policy: str = TakeBackPolicy.DEBT,
    **circumstances: Unpack[Circumstances],
) -> Posted:
    """Take earned units back: from their own lots, then from the other open lots, the rest by `policy`.

    What of the own lots has burnt counts as already taken and is set off first, so `units` of the result may be
    less than asked for. Any number of slices. Raises NothingToReverse, ReversalTooLarge, KeyReused.
    """
    _require_positive(units)
    return post(
        TAKE_BACK,
        (int8(operation_id), int8(units), key, TakeBackPolicy(policy).value, *circumstances_of(at, circumstances)),
        key=key,
        subject_id=operation_id,
        needed=units,
    )


def transfer(
    *,
    from_account_id: int,
    to_account_id: int,
    key: str,
    at: datetime,
    units: int | None = None,
    **circumstances: Unpack[Circumstances],
) -> Posted:
    """Move units to another account: lots are made anew with their dates, the rolling date becomes the later.

    Without `units` everything moves, what is pending and the debt included; a number takes what could be spent.
    Locks both accounts in id order. Returns the figures of the account that gives.
    Raises InsufficientPoints, AccountInDebt, AccountMissing, KeyReused.
    """
    if from_account_id == to_account_id:
        raise ValueError("a transfer needs two accounts")
    if units is not None:
        _require_positive(units)
    return post(
        TRANSFER,
        (int8(from_account_id), int8(to_account_id), int8(units), key, *circumstances_of(at, circumstances)),
        key=key,
        subject_id=from_account_id,
        needed=units or 0,
    )


def transfer_back(
    *,
    operation_id: int,
    from_account_id: int,
    to_account_id: int,
    key: str,
    at: datetime,
    **circumstances: Unpack[Circumstances],
) -> Posted:
    """Undo a transfer of everything between these accounts: into the lots it came from, debts where they were.

    What has burnt since stays burnt; rolling dates stay as they are. Locks both accounts in id order. Returns the
    figures of the account that gives back. Raises NothingToReverse, MovedOn, AccountMissing, KeyReused.
    """
    return post(
        TRANSFER_BACK,
        (
            int8(operation_id),
            int8(from_account_id),
            int8(to_account_id),
            key,
            *circumstances_of(at, circumstances),
        ),
        key=key,
        subject_id=operation_id,
    )


def _require_positive(units: int) -> None:
    if units <= 0:
        raise ValueError("units must be positive")
