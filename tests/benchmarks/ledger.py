"""The ledger against hand-written SQL: `python -m tests.benchmarks.ledger`.

Starts a server of its own, seeds it, runs the contenders by turns and prints markdown. Both sides are made anew
from their seeded templates before each round. Ratios are of CPU per operation, clients and server together.
"""

import argparse
import os
import random
import statistics
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connection

from config import private_postgres
from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.ledger.posting import NewLot
from tests.benchmarks import harness, ledger_at_scale, raw_sql
from tests.benchmarks.harness import Sample

ACCOUNTS = 20_000
LOTS = 10
CLIENTS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", default="posting,hot,growth,burn")
    parser.add_argument("--lots", type=int, default=1_000_000, help="lots that burn")
    options = parser.parse_args()
    server = harness.start_server()
    try:
        seed(server)
        reseed(server)
        parts = {
            "posting": lambda: posting_table(server, options.rounds, options.seconds),
            "hot": lambda: hot_table(server, options.rounds, options.seconds),
            "growth": lambda: ledger_at_scale.growth_table(server, options.rounds),
            "burn": lambda: ledger_at_scale.burn_table(server, options.rounds, options.lots),
        }
        for part in options.only.split(","):
            parts[part]()
    finally:
        private_postgres.stop(server)


def seed(server: private_postgres.Server) -> None:
    harness.recreate(server, "minimal_seed")
    with harness.connect(server, "minimal_seed") as raw:
        raw.execute(raw_sql.MINIMAL_TABLES)
        raw.execute(raw_sql.MINIMAL_ROWS.format(accounts=ACCOUNTS, lots=LOTS))
        raw.execute(raw_sql.MINIMAL_INDEXES)
        raw.execute("vacuum analyze")
    harness.recreate(server, "ledger_seed")
    connection.settings_dict["NAME"] = "ledger_seed"
    call_command("migrate", verbosity=0)
    connection.close()
    with harness.connect(server, "ledger_seed") as raw:
        raw.execute(raw_sql.LEDGER_ROWS.format(accounts=ACCOUNTS, lots=LOTS))
        raw.execute("vacuum analyze")


def reseed(server: private_postgres.Server) -> None:
    connection.close()
    harness.recreate(server, "minimal", template="minimal_seed")
    harness.recreate(server, "ledger", template="ledger_seed")
    connection.settings_dict["NAME"] = "ledger"
    with harness.connect(server, "postgres") as admin:
        admin.execute("checkpoint")


def by_pgbench(server, database: str, script: str, *, clients: int, seconds: int, accounts: int = ACCOUNTS):
    text = f"\\set aid random(1, {accounts})\n{script}"
    return lambda: harness.measure(
        server, lambda: harness.pgbench(server, database, text, clients=clients, seconds=seconds)
    )


def by_posting(server, kind: str, *, clients: int, seconds: int, accounts: int = ACCOUNTS) -> Callable[[], Sample]:
    explanation = {"rule": "cashback", "rate_bp": 700, "base": 8500}
    more = {"actor_id": 1, "explanation": explanation, "program_version_id": 1, "source": "DESK"}

    def make(index: int) -> Callable[[], object]:
        chance = random.Random(os.getpid() * 31 + index)

        def earn() -> object:
            at = datetime.now(UTC)
            end = at + timedelta(days=365)
            return posting.earn(
                account_id=chance.randint(1, accounts), lots=[NewLot(chance.randint(50, 500), end.date(), end)],
                key=f"bench:{uuid.uuid4()}", at=at, **more,
            )  # fmt: skip

        def spend() -> object:
            try:
                return posting.spend(
                    account_id=chance.randint(1, accounts), units=chance.randint(100, 1900),
                    key=f"bench:{uuid.uuid4()}", at=datetime.now(UTC), **more,
                )  # fmt: skip
            except posting.InsufficientPoints:
                return None

        return earn if kind == "earn" else spend

    return lambda: harness.measure_clients(server, make, clients=clients, seconds=seconds)


def posting_table(server: private_postgres.Server, rounds: int, seconds: int) -> None:
    run = {"clients": CLIENTS, "seconds": seconds}
    contenders = {
        ("earn", "pgbench, minimal tables"): by_pgbench(server, "minimal", raw_sql.EARN_MINIMAL, **run),
        ("earn", "pgbench, the same rows"): by_pgbench(server, "ledger", raw_sql.EARN_SAME_ROWS, **run),
        ("earn", "posting"): by_posting(server, "earn", **run),
        ("spend", "pgbench, minimal tables"): by_pgbench(server, "minimal", raw_sql.SPEND_MINIMAL, **run),
        ("spend", "pgbench, the same rows"): by_pgbench(server, "ledger", raw_sql.SPEND_SAME_ROWS, **run),
        ("spend", "posting"): by_posting(server, "spend", **run),
    }
    samples = in_rounds(server, contenders, rounds)
    print_table(samples, base="pgbench, minimal tables", second="pgbench, the same rows")


def in_rounds(server, contenders: dict, rounds: int) -> dict:
    samples: dict = {name: [] for name in contenders}
    for _ in range(rounds):
        reseed(server)
        for name, run in contenders.items():
            samples[name].append(run())
    return samples


def print_table(samples: dict[tuple[str, str], list[Sample]], *, base: str, second: str) -> None:
    print(f"\n| act | contender | per second | CPU us/op | {base} / this | {second} / this | foreign CPU |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for (act, name), got in samples.items():
        first, other = (samples.get((act, x), got) for x in (base, second))
        print(
            f"| {act} | {name} | {statistics.median(x.per_second for x in got):.0f} |"
            f" {statistics.median(x.cpu_us for x in got):.0f} | {harness.median_ratio(first, got):.2f} |"
            f" {harness.median_ratio(other, got):.2f} | {statistics.median(x.foreign for x in got):.2f} |"
        )


def hot_table(server: private_postgres.Server, rounds: int, seconds: int) -> None:
    run = {"clients": 16, "seconds": seconds, "accounts": 1}
    contenders = {
        ("hot earn", "pgbench, minimal tables"): by_pgbench(server, "minimal", raw_sql.EARN_MINIMAL, **run),
        ("hot earn", "pgbench, the same rows"): by_pgbench(server, "ledger", raw_sql.EARN_SAME_ROWS, **run),
        ("hot earn", "posting"): by_posting(server, "earn", **run),
    }
    samples = in_rounds(server, contenders, rounds)
    print_table(samples, base="pgbench, minimal tables", second="pgbench, the same rows")
    print(f"\nBreaches found by the audit after the last round: {len(list(breaches()))}")


if __name__ == "__main__":
    main()
