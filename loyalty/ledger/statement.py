"""An account's history with reasons, newest first. Reads only.

Pages are keyed by the last entry shown: the cost of a page does not grow with the history.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db import connection

STATEMENT = """
    select e.id, o.id, o.kind, e.units, o.effective_at, o.recorded_at, o.source, o.reason, o.explanation,
           o.reversal_of_id,
           (select min(l.last_day) from loyalty_lot l where l.entry_id = e.id),
           (select min(l.available_at) from loyalty_lot l
             where l.entry_id = e.id and l.available_at > o.effective_at),
           (select coalesce(sum(l.remaining), 0)::bigint from loyalty_lot l where l.entry_id = e.id),
           (select coalesce(bool_and(l.never_burns), false) from loyalty_lot l where l.entry_id = e.id),
           exists (select from loyalty_lot l
                    where l.entry_id = e.id and l.available_at is null and l.remaining > 0)
      from loyalty_entry e
      join loyalty_operation o on o.id = e.operation_id
     where e.account_id = %s and e.id < %s and {part}
     order by e.id desc
     limit %s"""
NEWEST = 2**63 - 1


class Part(Enum):
    """Which rows of a history; the last three are all that ever moved a unit, each in one of them."""

    ALL = "true"
    MOVED = "e.units <> 0"
    EARNED = "e.units > 0"
    SPENT = "e.units < 0 and o.kind <> 'BURN'"
    BURNT = "e.units < 0 and o.kind = 'BURN'"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One entry of the account and why it was made."""

    entry_id: int
    operation_id: int
    kind: str
    units: int
    effective_at: datetime
    recorded_at: datetime
    source: str
    reason: str
    explanation: dict[str, Any] | None
    reversal_of_id: int | None
    last_day: date | None  # the soonest of the lots it made
    available_at: datetime | None  # set when its points were pending at first
    left: int  # of the lots it made, not yet spent, burnt or taken back
    never_burns: bool  # all of the lots it made
    waits_for_visit: bool  # some of what is left of them


def statement(
    account_id: int, limit: int, before_id: int | None = None, *, part: Part = Part.ALL
) -> list[StatementRow]:
    """The newest `limit` rows, or those before an entry: pass the last row's `entry_id` to get the next page."""
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT.format(part=part.value), [account_id, NEWEST if before_id is None else before_id, limit]
        )
        rows = cursor.fetchall()
    # Django leaves jsonb undecoded in raw cursors.
    return [replace(StatementRow(*row), explanation=row[8] and json.loads(row[8])) for row in rows]
