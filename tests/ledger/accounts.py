"""Accounts and moments of the ledger's tests. Accounts belong to households: the cheapest owner."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from loyalty.ledger import posting
from loyalty.ledger.posting import DatedDay, NewLot, Posted, RollingDate
from loyalty.models import Account, Allocation, Entry, Lot, Operation
from patients.models import Household

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
TABLES = (Account, Operation, Entry, Lot, Allocation)


def day_end(day: date) -> datetime:
    """The first moment of the next day in Moscow."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=MOSCOW)


def dated(day: date) -> DatedDay:
    return DatedDay(day, day_end(day))


def rolls(day: date, *, months: int = 24) -> RollingDate:
    """What a payment makes of the rolling date."""
    return RollingDate(day, day_end(day), months)


def lot(
    points: int, day: date | None = None, *, available_at: datetime | None = None, never_burns: bool = False
) -> NewLot:
    return NewLot(points, day, day and day_end(day), available_at, never_burns)


def open_account(*, rolling: date | None = None) -> Account:
    return Account.objects.create(
        household=Household.objects.create(name="Anna"),
        rolling_until=rolling,
        rolling_expires_at=rolling and day_end(rolling),
        rolling_months=rolling and 24,
        opened_at=START,
    )


def earn(account: Account, *lots: NewLot, key: str, at: datetime = START, **more: object) -> Posted:
    return posting.earn(account_id=account.pk, lots=lots, key=key, at=at, **more)


def spend(account: Account, units: int, *, key: str, at: datetime = START, **more: object) -> Posted:
    return posting.spend(account_id=account.pk, units=units, key=key, at=at, **more)


def burn(account: Account, *, at: datetime) -> posting.Slice:
    return posting.burn_slice(account_ids=[account.pk], cutoff=at, at=at)


def remainders(account: Account) -> list[int]:
    return list(Lot.objects.filter(account=account).order_by("id").values_list("remaining", flat=True))


def figures(account: Account) -> tuple[int, int, int]:
    """Balance, pending, debt."""
    account.refresh_from_db()
    return account.balance, account.pending, account.debt


def written() -> tuple[object, ...]:
    """All rows of the ledger: equal before and after a refusal."""
    found: list[object] = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select * from {table._meta.db_table} order by id")
            found.append(tuple(cursor.fetchall()))
    return tuple(found)
