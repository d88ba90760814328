"""`manage.py demo_clock +40d`: moves the demo's days on and does every night on the way."""

import argparse
import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils.translation import gettext as _

from clinics import clock
from clinics.number_texts import number_text, points_word
from config.demo_days import ONE_DAY, DayDone, begin_day, finish_day, move_clock_by_a_day

LONGEST_DAYS = 1000


def number_of_days(text: str) -> int:
    """`+40d`, `40d` or `40`."""
    found = re.fullmatch(r"\+?(\d{1,4})d?", text)
    if found is None or not 0 < int(found.group(1)) <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(
            _("“%(text)s” is not a number of days. Write it like +40d, up to %(most)s; the clock only goes on.")
            % {"text": text, "most": LONGEST_DAYS}
        )
    return int(found.group(1))


class Command(BaseCommand):
    help = "Moves the demo's clock on by some days; every night on the way is run and its messages are sent."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("days", type=number_of_days, help="for example +40d")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        if not settings.DEMO_CLOCK:
            raise CommandError(
                _("Only the demo's clock can be moved: ledgers of real patients live by real time.")
            )
        try:
            start = clock.now()
        except OperationalError as error:
            raise CommandError(_("The demo does not run. Start it in another terminal: manage.py demo")) from error
        for number in range(1, days + 1):
            at = start + number * ONE_DAY
            sent_before = finish_day(until=at)
            move_clock_by_a_day()
            done = begin_day(at=at)
            if done.has_news or sent_before:
                self._say(_line(done, sent_before=sent_before))
        self._say(_("The demo's clock shows %(day)s.") % {"day": f"{at:%d.%m.%Y}"})

    def _say(self, text: str) -> None:
        """At once, even into a pipe: the messages of that day are printed before their sum."""
        self.stdout.write(text)
        self.stdout.flush()


def _line(done: DayDone, *, sent_before: int) -> str:
    return _(
        "%(day)s  burnt: %(points)s (accounts: %(accounts)s), reminders planned: %(reminders)s, "
        "messages sent: %(messages)s"
    ) % {
        "day": f"{done.at:%d.%m.%Y}",
        "points": points_word(done.burnt_points),
        "accounts": number_text(done.burnt_accounts),
        "reminders": number_text(done.reminders),
        "messages": number_text(sent_before + done.messages),
    }
