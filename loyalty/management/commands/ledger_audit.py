"""`manage.py ledger_audit [--account N]`: proves every balance; exit code 1 when something does not add up."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from loyalty.ledger.audit import INVARIANTS, breaches


class Command(BaseCommand):
    help = "Prove every invariant of the points ledger and name each breach."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", type=int, default=None, help="check one account only, by its id")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for breach in breaches(options["account"]):
            found += 1
            subject = f"operation {breach.stored}" if breach.account_id is None else f"account {breach.account_id}"
            self.stdout.write(f"{breach.invariant}: {subject}: stored {breach.stored}, proved {breach.proved}")
        if found:
            raise CommandError(
                ngettext("The ledger has %(count)d breach.", "The ledger has %(count)d breaches.", found)
                % {"count": found}
            )
        self.stdout.write(
            ngettext(
                "The ledger is sound: %(count)d invariant proved.",
                "The ledger is sound: %(count)d invariants proved.",
                len(INVARIANTS),
            )
            % {"count": len(INVARIANTS)}
        )
