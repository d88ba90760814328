"""Large files: asked for on the page, written by a worker, taken by the person who asked within 15 minutes.

What is promised when a worker dies is what `clinics.background_runs` promises. A person who has lost the right
meanwhile gets no file.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.contrib.auth.models import User
from django.db import transaction
from django.http import QueryDict

from clinics import background_runs
from clinics.run_pulse import kept_alive
from loyalty.models import ReportFile, ReportFilePart
from loyalty.reports.files.building import FileKind, build_file
from loyalty.reports.files.companions import questions_of_file
from loyalty.reports.files.question import Question, file_name, question_of, with_personal_data
from loyalty.reports.files.xlsx_file import TooManyRows
from loyalty.reports.filters import NoClinics
from loyalty.reports.registry import find_report, may_see
from loyalty.reports.report import EXPORT, EXPORT_PERSONAL

REPORT_FILES_TASK = "loyalty.report_files"
WAKE_EXPIRES_SECONDS = 60
LINK_LIVES = timedelta(minutes=15)
# Rows are kept so long for the page that says how it went; contents go when the link ends.
KEPT = timedelta(days=1)
PART_BYTES = 1_000_000
State = ReportFile.State


class NotAllowedAnyMore(Exception):
    """The person may not see the report, or the filters mean nothing now."""


def ask_file(
    *, report: str, query: str, kind: FileKind, rows: int, reason: str, actor: User, at: datetime
) -> ReportFile:
    """A file to be written by a worker; the same question that is still open is not asked twice. Own transaction.

    A reason asks for names and phones.
    """
    with transaction.atomic():
        question = {"report": report, "query": query, "kind": str(kind), "asked_by": actor, "reason": reason}
        run = ReportFile.objects.filter(state__in=[State.WAITING, State.RUNNING], **question).first()
        if run is None:
            run = ReportFile.objects.create(**question, has_personal_data=bool(reason), asked_at=at, total=rows)
        # Only a hint: if the broker is down the file waits for the next sweep.
        transaction.on_commit(_wake_worker, robust=True)
    return run


def write_waiting(*, now: Callable[[], datetime]) -> None:
    """Write every file that waits and forget old ones. Safe to run twice, at once or again."""
    forget_old(at=now())
    background_runs.do_waiting(
        claim_next=lambda claim: background_runs.claim_next(
            ReportFile.objects.select_related("asked_by"), claim=claim, at=now()
        ),
        do=partial(_write, now=now),
        now=now,
    )


def forget_old(*, at: datetime) -> None:
    """Contents after their quarter of an hour, rows after a day."""
    ReportFilePart.objects.filter(file__finished_at__lt=at - LINK_LIVES).delete()
    ReportFile.objects.filter(asked_at__lt=at - KEPT, state__in=[State.DONE, State.FAILED]).delete()


def is_takeable(run: ReportFile, *, at: datetime) -> bool:
    return run.state == State.DONE and run.finished_at is not None and at < run.finished_at + LINK_LIVES


def may_take(user: User, run: ReportFile) -> bool:
    """Whether the person may still have the report as a file, and names and phones if they are in it."""
    report = find_report(run.report)
    needed = {EXPORT, EXPORT_PERSONAL} if run.has_personal_data else {EXPORT}
    return report is not None and may_see(user, {*report.permissions, *needed})


def content_of(run: ReportFile) -> Iterator[bytes]:
    parts = ReportFilePart.objects.filter(file=run).order_by("position").values_list("content", flat=True)
    for part in parts.iterator(chunk_size=1):
        yield bytes(part)


def questions_for(*, user: User, report: str, query: str, kind: FileKind, at: datetime) -> list[Question]:
    """What a file of an address answers, as the person may ask it now. Raises NotAllowedAnyMore."""
    found = find_report(report)
    if found is None or not may_see(user, found.permissions):
        raise NotAllowedAnyMore
    try:
        typed = QueryDict(query)
        filters = found.filters(typed, user=user, permissions=found.permissions, at=at)
    except NoClinics:
        raise NotAllowedAnyMore from None
    if not filters.is_valid():
        raise NotAllowedAnyMore
    return questions_of_file(question_of(found, filters), kind=kind, user=user, typed=typed, at=at)


def _write(run: ReportFile, claim: str, *, now: Callable[[], datetime]) -> None:
    # Anew: rights are cached on the object, and may be others by now.
    person = User.objects.get(pk=int(str(run.asked_by_id)))
    kind = FileKind(run.kind)
    try:
        if not may_take(person, run):
            raise NotAllowedAnyMore
        questions = questions_for(user=person, report=run.report, query=run.query, kind=kind, at=run.asked_at)
        if run.has_personal_data:
            questions[0] = with_personal_data(questions[0])
        with kept_alive(run, claim=claim) as pulse:
            stream = build_file(questions, kind=kind, asked_by=person, report=lambda rows: pulse.tell(done=rows))
    except (NotAllowedAnyMore, TooManyRows):
        background_runs.fail(run, claim=claim, at=now())
        return
    with transaction.atomic(), stream:
        ReportFilePart.objects.filter(file=run).delete()
        for position, part in enumerate(iter(partial(stream.read, PART_BYTES), b"")):
            ReportFilePart.objects.create(file=run, position=position, content=part)
        name = file_name(questions[0], extension=kind, is_summary=questions[0].report.is_summary)
        background_runs.finish(run, claim=claim, at=now(), name=name)


def _wake_worker() -> None:
    current_app.send_task(REPORT_FILES_TASK, expires=WAKE_EXPIRES_SECONDS, ignore_result=True, retry=False)
