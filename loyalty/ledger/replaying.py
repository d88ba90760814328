"""Bulk replay of past acts: imported receipts and opening balances, one statement per batch."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from loyalty.ledger.acts import PastAct, Posted
from loyalty.ledger.kernel import lot_document
from loyalty.models import Source

REPLAY = "select * from ledger_replay(%s::jsonb, %s, %s)"


class ReplayRefused(Exception):
    """An act of the batch was refused; the batch's transaction must be rolled back."""

    def __init__(self, *, key: str, refusal: str) -> None:
        self.key = key
        self.refusal = refusal
        super().__init__(f"{key}: {refusal}")


def replay(*, acts: Sequence[PastAct], recorded_at: datetime, source: str = Source.IMPORT) -> dict[str, Posted]:
    """Post past acts in the order given (by date within an account), as if each had been posted on its day.

    Before an act its account's pending lots are released and what had ended burns, one operation per moment, with
    that moment as its own. Acts with known keys change nothing. Locks all accounts of the batch, in id order.
    Returns what each key did. Raises ReplayRefused; run it inside a transaction, which that error must undo.
    """
    with connection.cursor() as cursor:
        cursor.execute(REPLAY, [json.dumps([_act_document(act) for act in acts]), recorded_at, source])
        rows = cursor.fetchall()
    posted = {}
    for key, operation_id, units, balance, pending, debt, is_duplicate, refusal, _refusal_units in rows:
        if refusal is not None:
            raise ReplayRefused(key=key, refusal=refusal)
        posted[key] = Posted(operation_id, units, balance, pending, debt, is_duplicate)
    return posted


def _act_document(act: PastAct) -> dict[str, Any]:
    return {
        "key": act.key,
        "kind": act.kind,
        "account_id": act.account_id,
        "at": act.at.isoformat(),
        "lots": [lot_document(lot) for lot in act.lots],
        "units": act.units,
        "rolling_until": act.rolling and act.rolling.last_day.isoformat(),
        "rolling_expires_at": act.rolling and act.rolling.expires_at.isoformat(),
        "rolling_months": act.rolling and act.rolling.months,
        "reason": act.reason,
        "explanation": act.explanation,
        "program_version_id": act.program_version_id,
    }
