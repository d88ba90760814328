"""`manage.py first_owner NAME`: the log-in with which an empty portal is opened in the browser."""

import argparse
import getpass
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinics import clock
from clinics.first_owner import NameTaken, OwnerExists, create_first_owner


class Command(BaseCommand):
    help = "Makes the log-in of the first owner; asks for the password, or reads it from a pipe."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="the log-in name")
        parser.add_argument("--person", default="", help="last and first name")

    def handle(self, *args: Any, name: str, person: str, **rest: Any) -> None:
        try:
            create_first_owner(username=name, password=_password(), full_name=person, at=clock.now())
        except OwnerExists as error:
            raise CommandError("There is an owner already: they give log-ins in the admin.") from error
        except NameTaken as error:
            raise CommandError(f"Somebody logs in as “{name}” already. Choose another name.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{name} may log in at /admin/; the first page says what to do next.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The passwords differ. Nothing has been written.")
    return password
