"""The pure rule engine, without a database: `python -m tests.benchmarks.engine`.

CPU per quote, and how many loops of a thousand dictionary look-ups it costs: the loops take turns with the quotes,
so that the ratio hardly moves with the machine.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import date

from loyalty.program.files import read_preset
from loyalty.rules.compilation import compile_program
from loyalty.rules.engine import quote
from loyalty.rules.facts import MemberFacts, SpendChoice
from loyalty.rules.validation import find_faults
from tests.benchmarks.large_program import large_program, large_receipt

DAY = date(2026, 6, 15)
RECEIPTS = 200
LOOKUPS = 1_000
GOLD = MemberFacts(is_member=True, tier="gold", spendable_points=5_000, tags=frozenset({"tag9"}))
CASES = [(10, 10), (200, 1), (200, 3), (200, 10), (2_000, 10)]  # rules, lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print("| rules | lines | rules that give | best CPU us | median CPU us | in look-up loops |")
    print("|---:|---:|---:|---:|---:|---:|")
    for rules, lines in CASES:
        print_case(rules=rules, lines=lines, rounds=options.rounds)


def print_case(*, rules: int, lines: int, rounds: int) -> None:
    document = large_program(read_preset("dentistry"), rules=rules)
    if faults := find_faults(document):
        raise ValueError(faults)
    program = compile_program(document)
    chance = random.Random(1)
    receipts = [large_receipt(chance, lines=lines, day=DAY) for _ in range(RECEIPTS)]

    def quotes() -> int:
        giving = 0
        for receipt in receipts:
            done = quote(program=program, member=GOLD, receipt=receipt, choice=SpendChoice.maximum())
            giving += len(done.earnings) + len(done.discounts)
        return giving

    giving = quotes() / RECEIPTS
    own: list[float] = []
    ratios: list[float] = []
    for _round in range(rounds):
        loop = cpu_us(look_up, times=RECEIPTS)
        own.append(cpu_us(quotes) / RECEIPTS)
        ratios.append(own[-1] / loop)
    print(
        f"| {rules} | {lines} | {giving:.1f} | {min(own):.0f} | {statistics.median(own):.0f} |"
        f" {statistics.median(ratios):.1f} |"
    )


TABLE = {f"service{number}": number for number in range(LOOKUPS)}
KEYS = list(TABLE)


def look_up() -> int:
    """The yardstick."""
    found = 0
    for key in KEYS:
        found += TABLE[key]
    return found


def cpu_us(act: Callable[[], object], *, times: int = 1) -> float:
    started = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - started) * 1e6 / times


if __name__ == "__main__":
    main()
