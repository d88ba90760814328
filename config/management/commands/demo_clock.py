"""`manage.py demo_clock +40d`: moves the demo's days on and does every night on the way."""

import argparse
import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from clinics import clock
from config.demo_days import ONE_DAY, DayDone, begin_day, finish_day, move_clock_by_a_day

LONGEST_DAYS = 1000


def number_of_days(text: str) -> int:
    """`+40d`, `40d` or `40`."""
    found = re.fullmatch(r"\+?(\d{1,4})d?", text)
    if found is None or not 0 < int(found.group(1)) <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a number of days. Write it like +40d, up to {LONGEST_DAYS}; the clock only goes on."
        )
    return int(found.group(1))


class Command(BaseCommand):
    help = "Moves the demo's clock on by some days; every night on the way is run and its messages are sent."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("days", type=number_of_days, help="for example +40d")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        if not settings.DEMO_CLOCK:
            raise CommandError("Only the demo's clock can be moved: ledgers of real patients live by real time.")
        try:
            start = clock.now()
        except OperationalError as error:
            raise CommandError("The demo does not run. Start it in another terminal: manage.py demo") from error
        news = []
        for number in range(1, days + 1):
            at = start + number * ONE_DAY
            sent_before = finish_day(until=at)
            move_clock_by_a_day()
            done = begin_day(at=at)
            if done.has_news or sent_before:
                news.append(_line(done, sent_before=sent_before))
        self.stdout.write("\n".join([*news, f"The demo's clock shows {at:%d.%m.%Y}."]))


def _line(done: DayDone, *, sent_before: int) -> str:
    return (
        f"{done.at:%d.%m.%Y}  burnt: {done.burnt_points} points on {done.burnt_accounts} accounts, "
        f"reminders planned: {done.reminders}, messages sent: {sent_before + done.messages}"
    )
