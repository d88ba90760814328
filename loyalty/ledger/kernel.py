"""Calls one function of the SQL kernel and reads its answer. For `loyalty/ledger/posting.py` only."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.db import DatabaseError, connection
from psycopg.types.numeric import Int8

from loyalty.ledger.acts import NewLot, Posted
from loyalty.ledger.refusals import (
    AccountInDebt,
    AccountMissing,
    InsufficientPoints,
    KeyReused,
    MovedOn,
    NothingToReverse,
    ReversalTooLarge,
)
from loyalty.models import Source

ACCOUNT_MISSING = "LG404"


class Circumstances(TypedDict, total=False):
    """What every act may say about itself."""

    recorded_at: datetime | None  # when it is written down; the act's own moment if left out
    actor_id: int | None
    reason: str
    explanation: Mapping[str, Any] | None  # rule codes and numbers, never names
    program_version_id: int | None
    source: str


def circumstances_of(at: datetime, given: Circumstances) -> tuple[Any, ...]:
    """The last seven arguments of every posting function."""
    explanation = given.get("explanation")
    return (
        at,
        given.get("recorded_at") or at,
        int8(given.get("actor_id")),
        given.get("reason", ""),
        None if explanation is None else json.dumps(explanation),
        str(given.get("source", Source.SYSTEM)),
        int8(given.get("program_version_id")),
    )


def int8(value: int | None) -> Int8 | None:
    # One width for all numbers: psycopg picks it by value, and each choice would be prepared apart.
    return None if value is None else Int8(value)


def lot_document(lot: NewLot) -> dict[str, Any]:
    return {
        "points": lot.points,
        "last_day": lot.last_day and lot.last_day.isoformat(),
        "expires_at": lot.expires_at and lot.expires_at.isoformat(),
        "available_at": lot.available_at and lot.available_at.isoformat(),
        "never_burns": lot.never_burns,
        "waits_for_visit": lot.waits_for_visit,
    }


def call(function: str, arguments: Sequence[Any]) -> tuple[Any, ...]:
    cursor = _cursor()
    cursor.execute(function, arguments)
    row: tuple[Any, ...] = cursor.fetchone()
    return row


def _cursor() -> Any:
    """Django's cursor, kept as long as its connection: making one costs half as much as a posting's round trip.

    A connection that logs its queries, or has still to be checked, goes Django's whole way.
    """
    link = connection.connection
    if link is None or connection.queries_logged or not getattr(connection, "health_check_done", False):
        return connection.cursor()
    kept = getattr(link, "ledger_cursor", None)
    if kept is None:
        kept = link.ledger_cursor = connection.cursor()
    return kept


def post(function: str, arguments: Sequence[Any], *, key: str, subject_id: int, needed: int = 0) -> Posted:
    """Run an act. The subject is the account, or the original operation, that a refusal names."""
    try:
        row = call(function, arguments)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) == ACCOUNT_MISSING:
            raise AccountMissing(account_id=subject_id) from error
        raise
    operation_id, units, balance, pending, debt, is_duplicate, refusal, refusal_units = row
    if refusal is None:
        return Posted(operation_id, units, balance, pending, debt, is_duplicate)
    match refusal:
        case "INSUFFICIENT_POINTS":
            raise InsufficientPoints(needed=needed, spendable=refusal_units)
        case "ACCOUNT_IN_DEBT":
            raise AccountInDebt(account_id=subject_id, debt=debt)
        case "NOTHING_TO_REVERSE":
            raise NothingToReverse(operation_id=subject_id)
        case "REVERSAL_TOO_LARGE":
            raise ReversalTooLarge(operation_id=subject_id, needed=needed, reversible=refusal_units)
        case "MOVED_ON":
            raise MovedOn(operation_id=subject_id, units=refusal_units)
        case "KEY_REUSED":
            raise KeyReused(key=key, operation_id=operation_id)
    raise AssertionError(f"unknown refusal {refusal}")
