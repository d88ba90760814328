"""What the patient has said to the clinic and what it has written to them."""

from collections.abc import Callable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loyalty.models import Call, CallTask, Review
from notifications.models import OutboxMessage
from patients.cabinet.data_table import Table, make_table
from patients.cabinet.words_forms import PARTS
from patients.models import SurveyAnswer

Kind = CallTask.Kind


def _requests(ids: list[int]) -> Table:
    """Of a task that the staff made for themselves the words are theirs."""
    tasks = CallTask.objects.filter(patient__in=ids).select_related("clinic").order_by("pk")
    parts = dict(PARTS)
    return make_table(
        "requests",
        _("Requests and calls to make"),
        (
            ("at", _("When")),
            ("clinic", _("Clinic")),
            ("why", _("Why")),
            ("day", _("Wished day")),
            ("part_of_day", _("Wished time")),
            ("words", _("In your words")),
            ("outcome", _("What came of it")),
        ),
        (
            (
                task.created_at, task.clinic.name, task.get_kind_display(), task.facts.get("day"),
                str(parts[task.facts["part"]]) if task.facts.get("part") in parts else None,
                "" if task.kind == Kind.MANUAL else task.words, task.get_outcome_display(),
            )
            for task in tasks
        ),
    )  # fmt: skip


def _calls(ids: list[int]) -> Table:
    calls = Call.objects.filter(task__patient__in=ids).order_by("pk")
    return make_table(
        "calls",
        _("Calls to you"),
        (("at", _("When")), ("outcome", _("What came of it"))),
        ((call.at, call.get_outcome_display()) for call in calls),
    )


def _reviews(ids: list[int]) -> Table:
    language = get_language() or "ru"
    reviews = Review.objects.filter(patient__in=ids).select_related("platform", "clinic").order_by("pk")
    return make_table(
        "reviews",
        _("Reviews"),
        (
            ("at", _("When")),
            ("clinic", _("Clinic")),
            ("place", _("Where")),
            ("stars", _("Stars")),
            ("text", _("Text")),
            ("status", _("State")),
            ("reason", _("Why declined")),
            ("points", _("Points")),
        ),
        (
            (
                row.at, row.clinic.name, row.platform.in_language(language), row.stars, row.text,
                row.get_status_display(), row.reason, row.points,
            )
            for row in reviews
        ),
    )  # fmt: skip


def _answers(ids: list[int]) -> Table:
    language = get_language() or "ru"
    answers = SurveyAnswer.objects.filter(patient__in=ids).select_related("question").order_by("pk")
    return make_table(
        "survey",
        _("Answers to the survey"),
        (("at", _("When")), ("question", _("Question")), ("answer", _("Answer"))),
        ((row.at, row.question.in_language(language), row.text or ", ".join(row.chosen)) for row in answers),
    )


def _messages(ids: list[int]) -> Table:
    sent = OutboxMessage.objects.filter(patient__in=ids, sent_at__isnull=False).order_by("pk")
    return make_table(
        "messages",
        _("Messages"),
        (("at", _("When")), ("channel", _("Channel")), ("address", _("Where to")), ("text", _("Text"))),
        ((row.sent_at, row.channel, row.address, row.body) for row in sent),
    )


WORDS_TABLES: tuple[Callable[[list[int]], Table], ...] = (_requests, _calls, _reviews, _answers, _messages)
