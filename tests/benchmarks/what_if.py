"""What-if end to end on PostgreSQL: `python -m tests.benchmarks.what_if`.

Receipts of three lines under two programs of 200 rules each, with tiers, lots of before, spending and burning,
counted by two children as a worker counts them. CPU is of the children, the parent and PostgreSQL, also in loops
of a thousand dictionary look-ups, which cost more on a busy machine just as the receipts do; memory is that of
the largest child.
"""

import argparse
import copy
import resource
import statistics
import time
from typing import Any

from django.core.management import call_command
from django.db import connection

from config import private_postgres
from loyalty.models import ProgramVersion
from loyalty.program.files import read_preset
from loyalty.rules.validation import find_faults
from loyalty.what_if.counting import count_what_if, past_months
from loyalty.what_if.result import WhatIf
from tests.benchmarks import harness
from tests.benchmarks.engine import cpu_us, look_up
from tests.benchmarks.large_program import large_program
from tests.benchmarks.what_if_past import LONG_AGO, NOW, seed_past

RULES = 200
# The children read the name from the settings.
DATABASE = connection.settings_dict["NAME"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    server = harness.start_server()
    try:
        current = program()
        seed(server, receipts=options.receipts, current=current)
        print_rounds(server, receipts=options.receipts, rounds=options.rounds, current=current)
    finally:
        private_postgres.stop(server)


def program() -> dict[str, Any]:
    document = large_program(read_preset("dentistry"), rules=RULES)
    # The year of the past: otherwise half of it would know no promotion.
    for promotion in document["discounts"]["promotions"]:
        promotion["days"] = {"first_day": "2025-01-01", "last_day": "2026-12-31"}
    if faults := find_faults(document):
        raise ValueError(faults)
    return document


def seed(server: private_postgres.Server, *, receipts: int, current: dict[str, Any]) -> None:
    connection.close()
    harness.recreate(server, DATABASE)
    call_command("migrate", verbosity=0)
    version = ProgramVersion.objects.create(
        number=1, title="Bench", document=current, status="PUBLISHED", starts_at=LONG_AGO, created_at=LONG_AGO,
        published_at=LONG_AGO,
    )  # fmt: skip
    seed_past(receipts=receipts, version_id=version.pk)
    connection.close()


def print_rounds(server: private_postgres.Server, *, receipts: int, rounds: int, current: dict[str, Any]) -> None:
    draft = copy.deepcopy(current)
    draft["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = 8
    results: list[WhatIf] = []
    samples: list[harness.Sample] = []
    children: list[float] = []
    loops: list[float] = []
    for _round in range(rounds):
        before, loop = _children_seconds(), cpu_us(look_up, times=2_000)

        def count() -> int:
            results.append(
                count_what_if(
                    current=current, draft=draft, period=past_months(12, at=NOW), report=lambda done, total: None
                )
            )
            connection.close()
            return receipts

        started = time.perf_counter()
        samples.append(harness.measure(server, count))
        children.append((_children_seconds() - before) * 1e6 / receipts)
        loops.append(samples[-1].cpu_us * 2 / (loop + cpu_us(look_up, times=2_000)))
        print(f"round: {time.perf_counter() - started:.1f} s")
    figures = results[0].draft.figures
    print(f"{figures.receipts} receipts, {figures.points_burnt} points burnt, {figures.points_spent} spent")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print("| receipts | per second, best | median | CPU us | children | loops | foreign | largest child, MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    speeds = [sample.per_second for sample in samples]
    print(
        f"| {receipts} | {max(speeds):.0f} | {statistics.median(speeds):.0f} |"
        f" {statistics.median(sample.cpu_us for sample in samples):.0f} | {statistics.median(children):.0f} |"
        f" {statistics.median(loops):.1f} |"
        f" {statistics.median(sample.foreign for sample in samples):.2f} | {memory} |"
    )


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
