"""What must not grow: a spending's time with a long history behind it, and the cost of burning many lots at once.

`python -m tests.benchmarks.ledger --only growth,burn`
"""

import statistics
import time
import uuid
from datetime import UTC, datetime

from django.core.management import call_command
from django.db import connection

from config import private_postgres
from loyalty.ledger import posting
from tests.benchmarks import harness, raw_sql

HISTORIES = {1: 10, 2: 1_000, 3: 100_000}  # account -> entries behind it
SLICE = 10_000


def growth_table(server: private_postgres.Server, rounds: int) -> None:
    """Spendings on three accounts by turns; the median time of each."""
    with harness.connect(server, "ledger") as raw:
        for account, entries in HISTORIES.items():
            raw.execute(raw_sql.HISTORY_ROWS.format(account=account, entries=entries))
        raw.execute("vacuum analyze loyalty_lot, loyalty_entry, loyalty_operation, loyalty_account")
    times: dict[int, list[float]] = {account: [] for account in HISTORIES}
    for _ in range(300 * rounds):
        for account, taken in times.items():
            key, at = f"growth:{uuid.uuid4()}", datetime.now(UTC)
            started = time.perf_counter()
            posting.spend(account_id=account, units=100, key=key, at=at)
            taken.append(time.perf_counter() - started)
    shortest = statistics.median(times[1])
    print("\n| entries behind the account | median ms | times the shortest |\n|---:|---:|---:|")
    for account, entries in HISTORIES.items():
        median = statistics.median(times[account])
        print(f"| {entries} | {median * 1e3:.3f} | {median / shortest:.2f} |")


def burn_table(server: private_postgres.Server, rounds: int, lots: int) -> None:
    """All lots of `lots` / 5 accounts end; ours and hand-written slices, each on a fresh copy."""
    accounts = lots // 5
    _seed_due(server, accounts)
    samples: dict[str, list[harness.Sample]] = {"raw SQL, the same rows": [], "burn_slice": []}
    for _ in range(rounds):
        for name, burn in (("raw SQL, the same rows", _burn_raw), ("burn_slice", _burn_by_kernel)):
            harness.recreate(server, "due", template="due_seed")
            samples[name].append(harness.measure(server, lambda burn=burn: burn(server, accounts)))
    print("\n| burning | lots per second | CPU us/lot | raw / this | foreign CPU |\n|---|---:|---:|---:|---:|")
    for name, got in samples.items():
        print(
            f"| {name} | {statistics.median(x.per_second for x in got):.0f} |"
            f" {statistics.median(x.cpu_us for x in got):.1f} |"
            f" {harness.median_ratio(samples['raw SQL, the same rows'], got):.2f} |"
            f" {statistics.median(x.foreign for x in got):.2f} |"
        )


def _seed_due(server: private_postgres.Server, accounts: int) -> None:
    connection.close()
    harness.recreate(server, "due_seed")
    connection.settings_dict["NAME"] = "due_seed"
    call_command("migrate", verbosity=0)
    connection.close()
    with harness.connect(server, "due_seed") as raw:
        raw.execute(raw_sql.LEDGER_ROWS.format(accounts=accounts, lots=5))
        raw.execute(raw_sql.DUE_ROWS)
        raw.execute("vacuum full analyze loyalty_lot")
        raw.execute("vacuum analyze")
        raw.execute("checkpoint")


def _burn_raw(server: private_postgres.Server, accounts: int) -> int:
    cutoff = datetime.now(UTC)
    with harness.connect(server, "due") as raw:
        for first in range(1, accounts + 1, SLICE):
            scope = {"cutoff": cutoff, "first": first, "last": first + SLICE - 1}
            with raw.transaction():
                raw.execute(
                    "select 1 from loyalty_account where id between %(first)s and %(last)s order by id for update",
                    scope,
                )
                raw.execute(raw_sql.BURN_SAME_ROWS, scope)
    return _burnt(server)


def _burn_by_kernel(server: private_postgres.Server, accounts: int) -> int:
    connection.close()
    connection.settings_dict["NAME"] = "due"
    cutoff = datetime.now(UTC)
    due = posting.due_accounts(cutoff=cutoff)
    for start in range(0, len(due), SLICE):
        posting.burn_slice(account_ids=due[start : start + SLICE], cutoff=cutoff, at=cutoff)
    connection.close()
    return _burnt(server)


def _burnt(server: private_postgres.Server) -> int:
    with harness.connect(server, "due") as raw:
        left = raw.execute("select count(*) from loyalty_lot where remaining > 0").fetchone()
        burnt = raw.execute("select count(*) from loyalty_lot where burnt_at is not null").fetchone()
    assert left == (0,)
    return int(burnt[0])
