"""The act that closes a visit: the points that waited for it get their days and become available."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack

from loyalty.ledger.acts import Slice, VisitLot
from loyalty.ledger.kernel import Circumstances, call, circumstances_of, int8

CLOSE_VISIT = "select * from ledger_close_visit(%s, %s::jsonb, %s, %s, %s, %s, %s, %s::jsonb, %s, %s)"


def close_visit(
    *,
    operation_id: int,
    lots: Sequence[VisitLot],
    key: str,
    at: datetime,
    **circumstances: Unpack[Circumstances],
) -> Slice:
    """Date the lots of an earning that wait for its visit, and release those that are available by `at`.

    Follows them to where transfers have taken them. Locks their accounts, in id order; an account in debt pays it
    from what became available. Lots that wait no longer stay as they are: a repetition writes nothing.
    """
    documents = json.dumps([_lot_document(lot) for lot in lots])
    return Slice(*call(CLOSE_VISIT, (int8(operation_id), documents, key, *circumstances_of(at, circumstances))))


def _lot_document(lot: VisitLot) -> dict[str, Any]:
    return {
        "lot_id": lot.lot_id,
        "available_at": lot.available_at.isoformat(),
        "last_day": lot.last_day and lot.last_day.isoformat(),
        "expires_at": lot.expires_at and lot.expires_at.isoformat(),
    }
