"""What an account can spend, and what burns when. Reads only; no locks, no clock."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from loyalty.ledger.refusals import AccountMissing

SPENDABLE = "select ledger_spendable(%s, %s)"
# One row per last day, one without a day for points that never burn, and those that wait for their visit to be
# closed; a debt is on every row.
HOLDINGS = """
    select coalesce(l.last_day, case when not l.never_burns then a.rolling_until end),
           nullif(ledger_ends_at(l.expires_at, l.never_burns, a.rolling_expires_at), 'infinity') as ends_at,
           sum(l.remaining)::bigint, l.expires_at is null and not l.never_burns as is_rolling, a.debt,
           l.available_at is null as waits
      from loyalty_account a
      join loyalty_lot l on l.account_id = a.id
     where a.id = %s and l.remaining > 0
       and (l.is_released and ledger_ends_at(l.expires_at, l.never_burns, a.rolling_expires_at) > %s
            or l.available_at is null)
     group by 1, 2, 4, 5, 6
     order by 2 nulls last, 4"""


@dataclass(frozen=True, slots=True)
class BurnDay:
    """Points that burn together unless they are spent before."""

    last_day: date  # inclusive
    expires_at: datetime
    points: int
    is_rolling: bool  # a payment would move the day


@dataclass(frozen=True, slots=True)
class Holdings:
    """`spendable` points (0 with a debt), and all days on which available points will burn, soonest first.

    `never_burning` are those that were given without end, `waiting` those that wait for their visit to be closed.
    """

    spendable: int
    schedule: tuple[BurnDay, ...]
    never_burning: int = 0
    waiting: int = 0


def read_holdings(*, account_id: int, at: datetime) -> Holdings:
    """By one query; an unknown account holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDINGS, [account_id, at])
        rows = cursor.fetchall()
    available = [row[:5] for row in rows if not row[5]]
    return Holdings(
        spendable=sum(points for _day, _end, points, _rolling, debt in available if debt == 0),
        schedule=tuple(BurnDay(*row[:4]) for row in available if row[0] is not None),
        never_burning=sum(
            points for day, _end, points, is_rolling, _debt in available if day is None and not is_rolling
        ),
        waiting=sum(row[2] for row in rows if row[5]),
    )


def spendable(account_id: int, at: datetime) -> int:
    """Points that can be spent at that moment: what is past its day does not count, swept or not.

    0 with a debt. Raises AccountMissing.
    """
    with connection.cursor() as cursor:
        cursor.execute(SPENDABLE, [account_id, at])
        points = cursor.fetchone()[0]
    if points is None:
        raise AccountMissing(account_id=account_id)
    return int(points)


def burn_schedule(account_id: int, at: datetime) -> list[BurnDay]:
    """All days on which available points will burn, soonest first. Points without any day are left out."""
    return list(read_holdings(account_id=account_id, at=at).schedule)
