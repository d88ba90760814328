"""Reports by e-mail: on its day a report becomes letters, a worker writes and sends them one after the other.

A letter is a row, so none is lost when a worker dies; one that dies between sending and noting it sends twice. One
that was taken for dead while it wrote asks whether the letter is still its own, and sends nothing when it is not.
Names and phones never go by e-mail.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clinics import background_runs
from clinics.calendar import add_months, local_date
from clinics.run_pulse import kept_alive
from loyalty.models import ReportLetter, ReportMail
from loyalty.reports.files.building import CONTENT_TYPES, FileKind, build_file
from loyalty.reports.files.question import Question, file_name
from loyalty.reports.files.waiting import NotAllowedAnyMore, questions_for
from loyalty.reports.files.xlsx_file import TooManyRows

Every = ReportMail.Every
# Letters are at their desks before people are.
SENT_FROM_HOUR = 7


def set_up_mail(
    *, report: str, query: str, every: str, day: int, recipients: Collection[User], actor: User, at: datetime
) -> ReportMail:
    """From the next such day on. Own transaction."""
    today = local_date(at, ZoneInfo(settings.TIME_ZONE))
    with transaction.atomic():
        mail = ReportMail.objects.create(
            report=report, query=query, every=every, day=day, created_by=actor,
            next_on=next_day(every=every, day=day, after=today),
        )  # fmt: skip
        mail.recipients.set(recipients)
    return mail


def next_day(*, every: str, day: int, after: date) -> date:
    if every == Every.WEEK:
        return after + timedelta(days=(day - after.isoweekday() - 1) % 7 + 1)
    this_month = after.replace(day=day)
    return this_month if this_month > after else add_months(this_month, 1)


def send_due(*, now: Callable[[], datetime]) -> None:
    """Write and send the letters that are due. Safe to run twice, at once or again."""
    make_letters(at=now())
    background_runs.do_waiting(
        claim_next=lambda claim: background_runs.claim_next(
            ReportLetter.objects.select_related("mail", "recipient"), claim=claim, at=now()
        ),
        do=partial(_send, now=now),
        now=now,
    )


def make_letters(*, at: datetime) -> None:
    """A letter per recipient of every report whose day has come; days missed by downtime become one. Own
    transactions."""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    today = local.date() if local.hour >= SENT_FROM_HOUR else local.date() - timedelta(days=1)
    while True:
        with transaction.atomic():
            due = ReportMail.objects.select_for_update(skip_locked=True).filter(next_on__lte=today)
            mail = due.order_by("next_on", "id").first()
            if mail is None:
                return
            ReportLetter.objects.bulk_create(
                [
                    ReportLetter(mail=mail, recipient=person, day=today, asked_by=mail.created_by, asked_at=at)
                    for person in mail.recipients.filter(is_active=True, is_staff=True).exclude(email="")
                ],
                ignore_conflicts=True,
            )
            mail.next_on = next_day(every=mail.every, day=mail.day, after=today)
            mail.save(update_fields=["next_on"])


def _send(letter: ReportLetter, claim: str, *, now: Callable[[], datetime]) -> None:
    mail, person = letter.mail, User.objects.get(pk=letter.recipient_id)
    with translation.override(settings.LANGUAGE_CODE):
        try:
            questions = questions_for(
                user=person, report=mail.report, query=mail.query, kind=FileKind.XLSX, at=letter.asked_at
            )
            with (
                kept_alive(letter, claim=claim),
                build_file(questions, kind=FileKind.XLSX, asked_by=person) as stream,
            ):
                content = stream.read()
        except (NotAllowedAnyMore, TooManyRows):
            # Whoever may not see it any more gets nothing, and so does the next week.
            background_runs.fail(letter, claim=claim, at=now())
            return
        question = questions[0]
        message = _message(question, person)
        name = file_name(question, extension=FileKind.XLSX, is_summary=question.report.is_summary)
        message.attach(name, content, CONTENT_TYPES[FileKind.XLSX])
    message.send()
    background_runs.finish(letter, claim=claim, at=now())


def _message(question: Question, person: User) -> EmailMessage:
    days = question.scope.days
    words = {
        "report": str(question.report.title),
        "first": f"{days.first:%d.%m.%Y}",
        "last": f"{days.last:%d.%m.%Y}",
    }
    return EmailMessage(
        subject=_("Report “%(report)s”") % words,
        body=_("“%(report)s” from %(first)s to %(last)s is attached. You get it because a colleague has set it up"
               " in the portal; the report's page there has the list and a button to stop it.") % words,
        to=[person.email],
    )  # fmt: skip
