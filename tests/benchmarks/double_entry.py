"""Our posting against django-hordak: `python -m tests.benchmarks.double_entry --hordak-python VENV/bin/python`."""

import argparse
import os
import statistics

from config import private_postgres
from tests.benchmarks import harness, ledger
from tests.benchmarks.harness import Sample
from tests.benchmarks.peer_clients import measure_peer, seed_peer

CLIENTS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hordak-python", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    server = harness.start_server()
    try:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        ledger.seed(server)
        samples: dict[tuple[str, str], list[Sample]] = {}
        for _round in range(options.rounds):
            ledger.reseed(server)
            seed_peer(server, python=options.hordak_python, script="hordak_transfer.py", database="hordak")
            for act in ("earn", "spend"):
                theirs = measure_peer(
                    server,
                    python=options.hordak_python,
                    script="hordak_transfer.py",
                    act=act,
                    database="hordak",
                    clients=CLIENTS,
                    seconds=options.seconds,
                )
                ours = ledger.by_posting(server, act, clients=CLIENTS, seconds=options.seconds)()
                samples.setdefault((act, "django-hordak"), []).append(theirs)
                samples.setdefault((act, "posting"), []).append(ours)
        print_table(samples)
    finally:
        private_postgres.stop(server)


def print_table(samples: dict[tuple[str, str], list[Sample]]) -> None:
    print("\n| act | contender | per second | CPU us/op | hordak / this | foreign CPU |")
    print("|---|---|---:|---:|---:|---:|")
    for (act, name), got in samples.items():
        print(
            f"| {act} | {name} | {statistics.median(s.per_second for s in got):.0f} |"
            f" {statistics.median(s.cpu_us for s in got):.0f} |"
            f" {harness.median_ratio(samples[act, 'django-hordak'], got):.1f} |"
            f" {statistics.median(s.foreign for s in got):.2f} |"
        )


if __name__ == "__main__":
    main()
