"""Our quote against django-oscar's offers: `python -m tests.benchmarks.quote --oscar-python VENV/bin/python`.

Both sides read a basket of five lines from the database and judge it by twenty rules, eight clients at once.
"""

import argparse
import os
import random
import statistics
from collections.abc import Callable
from datetime import UTC, datetime

from config import private_postgres
from tests.benchmarks import harness
from tests.benchmarks.harness import Sample
from tests.benchmarks.peer_clients import measure_peer, seed_peer

CLIENTS, SERVICES, MEMBERS, RULES, LINES = 8, 50, 200, 20, 5
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oscar-python", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    server = harness.start_server()
    try:
        seed_peer(server, python=options.oscar_python, script="oscar_basket.py", database="oscar")
        seed_portal(server)
        ours: list[Sample] = []
        theirs: list[Sample] = []
        for _round in range(options.rounds):
            theirs.append(
                measure_peer(
                    server,
                    python=options.oscar_python,
                    script="oscar_basket.py",
                    act="run",
                    database="oscar",
                    clients=CLIENTS,
                    seconds=options.seconds,
                )
            )
            ours.append(measure_quotes(server, seconds=options.seconds))
        print_table(ours=ours, theirs=theirs)
    finally:
        private_postgres.stop(server)


def seed_portal(server: private_postgres.Server) -> None:
    """Fifty services, a program of twenty rules, two hundred members with three lots each."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    harness.recreate(server, "quotes")
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = "quotes"
    call_command("migrate", verbosity=0)
    from loyalty.program.files import read_preset
    from tests.people import make_service
    from tests.programs import give_points, make_member, publish_preset

    services = [make_service(f"service-{number}", f"category-{number % 10}") for number in range(SERVICES)]
    preset = read_preset("dentistry")
    general = preset["earning"]["rules"][0]
    own = [
        general
        | {
            "code": f"own-{number}",
            "effect": {"kind": "percent", "percent": 3 + number % 5},
            "when": {"services": [services[number].code]},
        }
        for number in range(RULES - 1)
    ]
    publish_preset(earning=preset["earning"] | {"rules": [general, *own]})
    for number in range(MEMBERS):
        member = make_member("Иванова", f"Анна {number}", f"+7916{number:07d}")
        for day in (1, 2, 3):
            give_points(member, 500, at=NOW.replace(day=day))
    connection.close()
    with harness.connect(server, "quotes") as raw:
        raw.execute("vacuum analyze")


def measure_quotes(server: private_postgres.Server, *, seconds: float) -> Sample:
    from django.db import connection

    from clinics.models import Service
    from loyalty.checkout.draft import DraftLine, ReceiptDraft
    from loyalty.checkout.quoting import quote_receipt
    from loyalty.rules.facts import SpendChoice
    from patients.models import Patient

    services = list(Service.objects.values_list("id", flat=True))
    patients = list(Patient.objects.values_list("id", flat=True))
    connection.close()

    def make(index: int) -> Callable[[], object]:
        chance = random.Random(os.getpid() * 31 + index)

        def quote() -> object:
            lines = tuple(
                DraftLine(price_kopecks=chance.randint(50_000, 900_000), service_id=service)
                for service in chance.sample(services, LINES)
            )
            draft = ReceiptDraft(
                patient_id=chance.choice(patients),
                clinic_code="mytishchi",
                lines=lines,
                choice=SpendChoice.maximum(),
                identified_by="PHONE",
            )
            return quote_receipt(draft, at=NOW)

        return quote

    return harness.measure_clients(server, make, clients=CLIENTS, seconds=seconds)


def print_table(*, ours: list[Sample], theirs: list[Sample]) -> None:
    print("\n| contender | per second | CPU us/op | oscar / this | foreign CPU |\n|---|---:|---:|---:|---:|")
    for name, samples in (("django-oscar applicator", theirs), ("quote_receipt", ours)):
        print(
            f"| {name} | {statistics.median(s.per_second for s in samples):.1f} |"
            f" {statistics.median(s.cpu_us for s in samples):.0f} | {harness.median_ratio(theirs, samples):.0f} |"
            f" {statistics.median(s.foreign for s in samples):.2f} |"
        )


if __name__ == "__main__":
    main()
