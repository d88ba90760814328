"""`manage.py staff_access NAME`: lets a member of staff in again when nobody in the portal can: the only owner."""

import argparse
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from clinics import clock, staff_access


class Command(BaseCommand):
    help = "Opens a locked log-in of the staff, or takes the second step off a person who has lost the phone."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="the log-in name")
        parser.add_argument("--unlock", action="store_true", help="forget wrong passwords and codes")
        parser.add_argument(
            "--reset-second-step",
            action="store_true",
            help="forget the phone and recovery codes: the next log-in sets one up anew; ends all sessions",
        )
        parser.add_argument("--reason", required=True, help="stays in the audit")

    def handle(
        self, *args: Any, name: str, unlock: bool, reset_second_step: bool, reason: str, **rest: Any
    ) -> None:
        if not (unlock or reset_second_step):
            raise CommandError("Say what to do: --unlock, --reset-second-step, or both.")
        person = User.objects.filter(username__iexact=name, is_staff=True).first()
        if person is None:
            raise CommandError(f"No member of staff logs in as “{name}”.")
        act: dict[str, Any] = {"person": person, "actor": None, "reason": reason, "at": clock.now()}
        if unlock:
            staff_access.unlock(**act)
            self.stdout.write(f"{person.username} may try to log in again.")
        if reset_second_step:
            staff_access.reset_second_step(**act)
            self.stdout.write(
                f"{person.username} sets a phone up anew at the next log-in; all sessions have ended."
            )
