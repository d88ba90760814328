"""django-hordak: one double-entry transfer (earn), or one after the balance check under a row lock (spend).

`hordak_transfer.py seed DSN` makes the accounts, `hordak_transfer.py earn|spend DSN COUNTS INDEX` is one client.
"""

import os
import random
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent))
from closed_loop import repeat

ACCOUNTS = 10_000


def configure(dsn: str) -> None:
    parts = urlsplit(dsn)
    settings.configure(
        SECRET_KEY="benchmark", USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, "NAME": parts.path.lstrip("/"),
            "USER": parts.username, "HOST": parse_qs(parts.query)["host"][0]}},
        DEFAULT_CURRENCY="EUR", CURRENCIES=["EUR"], HORDAK_CURRENCIES=["EUR"],
    )  # fmt: skip
    django.setup()


def seed() -> None:
    from django.core.management import call_command
    from hordak.models import Account

    call_command("migrate", verbosity=0)
    Account.objects.bulk_create(
        [Account(name=f"a{number}", type="LI", currencies=["EUR"], tree_id=number, lft=1, rght=2, level=0)
         for number in range(1, ACCOUNTS + 2)],
        batch_size=2000,
    )  # fmt: skip


def run(kind: str, counts: Path, index: int) -> None:
    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    program_id, *patients = Account.objects.order_by("id").values_list("id", flat=True)
    program = Account.objects.get(pk=program_id)
    chance = random.Random(os.getpid())

    def earn() -> None:
        patient = Account.objects.get(pk=chance.choice(patients))
        with transaction.atomic():
            program.transfer_to(patient, Money(chance.randint(50, 500), "EUR"))

    def spend() -> None:
        with transaction.atomic():
            patient = Account.objects.select_for_update().get(pk=chance.choice(patients))
            patient.get_simple_balance()
            patient.transfer_to(program, Money(chance.randint(50, 500), "EUR"))

    repeat(earn if kind == "earn" else spend, counts=counts, index=index)


if __name__ == "__main__":
    configure(sys.argv[2])
    if sys.argv[1] == "seed":
        seed()
    else:
        run(sys.argv[1], Path(sys.argv[3]), int(sys.argv[4]))
