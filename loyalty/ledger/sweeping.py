"""The nightly sweeps' acts: burning and releasing, a slice of accounts at a time.

The caller picks the cutoff (the burning sweep: 15 minutes ago) and the slice, at most 10 000 accounts; each call
is one statement that locks only its accounts, in id order. A slice that is run again finds nothing due.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection

from loyalty.ledger.acts import Slice
from loyalty.ledger.kernel import call
from loyalty.models import Source

SLICE_LIMIT = 10_000
BURN_SLICE = "select * from ledger_burn_slice(%s::bigint[], %s, %s, %s, %s, %s)"
RELEASE_SLICE = "select * from ledger_release_slice(%s::bigint[], %s, %s, %s, %s)"
DUE_ACCOUNTS = """
    select account_id from loyalty_lot where remaining > 0 and is_released and expires_at <= %(cutoff)s
    union
    select id from loyalty_account
     where rolling_expires_at <= %(cutoff)s and balance > 0
       and exists (select from loyalty_lot l
                    where l.account_id = loyalty_account.id and l.remaining > 0 and l.is_released
                      and l.expires_at is null and not l.never_burns)
    order by 1"""
DUE_RELEASES = """
    select distinct account_id from loyalty_lot
     where remaining > 0 and not is_released and available_at <= %s
     order by 1"""


def burn_slice(
    *,
    account_ids: Sequence[int],
    cutoff: datetime,
    at: datetime,
    key: str | None = None,
    recorded_at: datetime | None = None,
    source: str = Source.SYSTEM,
) -> Slice:
    """Burn every released lot whose day ended by `cutoff`: one operation, an entry per account."""
    return _slice(
        BURN_SLICE, (account_ids_of(account_ids), cutoff, key or f"burn:{uuid4()}", at, recorded_at or at, source)
    )


def release_slice(
    *,
    account_ids: Sequence[int],
    at: datetime,
    key: str | None = None,
    recorded_at: datetime | None = None,
    source: str = Source.SYSTEM,
) -> Slice:
    """Make the pending lots available whose moment has come by `at`; accounts in debt pay it from them."""
    return _slice(
        RELEASE_SLICE, (account_ids_of(account_ids), key or f"release:{uuid4()}", at, recorded_at or at, source)
    )


def due_accounts(*, cutoff: datetime) -> list[int]:
    """Ids, ascending, of the accounts that hold something whose day ended by `cutoff`."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_ACCOUNTS, {"cutoff": cutoff})
        return [account_id for (account_id,) in cursor.fetchall()]


def due_releases(*, at: datetime) -> list[int]:
    """Ids, ascending, of the accounts with pending lots that are available by `at`."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_RELEASES, [at])
        return [account_id for (account_id,) in cursor.fetchall()]


def account_ids_of(account_ids: Sequence[int]) -> list[int]:
    if len(account_ids) > SLICE_LIMIT:
        raise ValueError(f"a slice holds at most {SLICE_LIMIT} accounts")
    return sorted(account_ids)


def _slice(function: str, arguments: tuple[object, ...]) -> Slice:
    return Slice(*call(function, arguments))
