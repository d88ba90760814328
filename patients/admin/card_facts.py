"""What the patient's card says beside points: family, inviter and invited, consents in force, last messages."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.calendar import local_date
from clinics.number_texts import day_text
from loyalty.models import CallTask, Receipt
from notifications.channels.registry import LABELS
from notifications.events import UnknownEvent, get_event
from notifications.models import OutboxMessage
from patients.consents import CALLS
from patients.models import ConsentRecord, Patient, PublicCode, Referral, SurveyAnswer
from patients.search import active_patients

CONSENT_CHANNELS = {**LABELS, CALLS: gettext_lazy("calls")}
SHOWN_MESSAGES = 5
SHOWN_RELATIVES = 10
SHOWN_TASKS = 5
SHOWN_VISITS = 10


@dataclass(frozen=True, slots=True)
class Relative:
    id: int
    name: str
    is_reachable: bool  # within the clinics of whoever looks: only then there is a card to open


@dataclass(frozen=True, slots=True)
class MessageRow:
    id: int
    when: str
    what: str
    outcome: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: int
    what: str
    outcome: str  # or for which day it is


@dataclass(frozen=True, slots=True)
class PaidVisit:
    """A visit that somebody else paid."""

    receipt_id: int
    text: str
    is_reachable: bool  # within the clinics of whoever looks


@dataclass(frozen=True, slots=True)
class CardFacts:
    household: str
    relatives: tuple[Relative, ...]
    inviter: str
    friend_code: str  # what the patient tells friends; empty until it was asked for
    invited: str  # how many came, and how many of them have paid
    consents: tuple[tuple[str, bool], ...]
    messages: tuple[MessageRow, ...]
    tasks: tuple[TaskRow, ...]
    paid_visits: tuple[PaidVisit, ...]
    wishes: tuple[tuple[str, str], ...]  # questions of the survey and their answers


def read_card_facts(*, patient: Patient, at: datetime, clinic_ids: frozenset[int]) -> CardFacts:
    """Nine queries, whatever the patient's past."""
    inviter = Referral.objects.filter(patient=patient).select_related("inviter").first()
    return CardFacts(
        household=str(patient.household) if patient.household else "",
        relatives=_relatives(patient, clinic_ids=clinic_ids),
        inviter=str(inviter.inviter) if inviter else "",
        friend_code=_friend_code(patient),
        invited=_invited(patient),
        consents=_consents(patient, at=at),
        messages=tuple(_message(row) for row in patient.outbox_messages.order_by("-id")[:SHOWN_MESSAGES]),
        tasks=_tasks(patient, at=at),
        paid_visits=_paid_visits(patient, at=at, clinic_ids=clinic_ids),
        wishes=_wishes(patient),
    )


def _relatives(patient: Patient, *, clinic_ids: frozenset[int]) -> tuple[Relative, ...]:
    if patient.household_id is None:
        return ()
    people = active_patients().filter(household=patient.household_id).exclude(pk=patient.pk)
    return tuple(
        Relative(person.pk, str(person), person.home_clinic_id in clinic_ids)
        for person in people.order_by("name_key", "id")[:SHOWN_RELATIVES]
    )


def _friend_code(patient: Patient) -> str:
    code = PublicCode.objects.filter(patient=patient, kind=PublicCode.Kind.FRIEND).first()
    return _("code %(code)s") % {"code": code.text} if code else ""


def _invited(patient: Patient) -> str:
    counts = Referral.objects.filter(inviter=patient).aggregate(
        came=Count("pk"), visited=Count("pk", filter=Q(patient__standing__visits__gt=0))
    )
    if not counts["came"]:
        return ""
    text = ngettext(
        "%(came)s came, with a visit: %(visited)s", "%(came)s came, with a visit: %(visited)s", counts["came"]
    )
    return text % counts


def _consents(patient: Patient, *, at: datetime) -> tuple[tuple[str, bool], ...]:
    """What is in force, each with its day."""
    tz = patient.home_clinic.tz
    journal = ConsentRecord.objects.filter(patient=patient).order_by("kind", "channel", "-id")
    return tuple(
        (_consent(row, day=day_text(local_date(row.at, tz), today=local_date(at, tz))), row.granted)
        for row in journal.distinct("kind", "channel")
    )


def _consent(row: ConsentRecord, *, day: str) -> str:
    channel = f" ({CONSENT_CHANNELS.get(row.channel, row.channel)})" if row.channel else ""
    words = {"kind": f"{row.get_kind_display()}{channel}", "day": day}
    return _("%(kind)s: yes, %(day)s") % words if row.granted else _("%(kind)s: no, %(day)s") % words


def _tasks(patient: Patient, *, at: datetime) -> tuple[TaskRow, ...]:
    """Open ones first. What a patient was not content with is for the list of those who settle it."""
    today = local_date(at, patient.home_clinic.tz)
    tasks = CallTask.objects.filter(patient=patient).exclude(kind=CallTask.Kind.FEEDBACK)
    return tuple(
        TaskRow(
            id=task.pk,
            what=task.words if task.kind == CallTask.Kind.MANUAL else str(task.get_kind_display()),
            outcome=task.get_outcome_display()
            or _("call on %(day)s") % {"day": day_text(task.due_date, today=today)},
        )
        for task in tasks.order_by(F("done_at").desc(nulls_first=True), "-id")[:SHOWN_TASKS]
    )


def _paid_visits(patient: Patient, *, at: datetime, clinic_ids: frozenset[int]) -> tuple[PaidVisit, ...]:
    """Newest first, without sums: these are the payer's."""
    receipts = Receipt.objects.filter(treated=patient).select_related("patient", "clinic")
    return tuple(
        PaidVisit(
            receipt_id=receipt.pk,
            text=_("Receipt %(number)s · %(day)s · paid by %(payer)s")
            % {
                "number": receipt.pk,
                "day": day_text(
                    local_date(receipt.paid_at, receipt.clinic.tz), today=local_date(at, receipt.clinic.tz)
                ),
                "payer": receipt.patient,
            },
            is_reachable=receipt.clinic_id in clinic_ids,
        )
        for receipt in receipts.order_by("-paid_at", "-id")[:SHOWN_VISITS]
    )


def _wishes(patient: Patient) -> tuple[tuple[str, str], ...]:
    answers = SurveyAnswer.objects.filter(patient=patient).select_related("question")
    return tuple(
        (answer.question.text, answer.text or ", ".join(answer.chosen))
        for answer in answers.order_by("question__place", "question", "id")
    )


def _message(row: OutboxMessage) -> MessageRow:
    try:
        what = str(get_event(row.event).title)
    except UnknownEvent:
        what = row.event
    channel = f" · {LABELS.get(row.channel, row.channel)}" if row.channel else ""
    return MessageRow(
        id=row.pk,
        when=date_format(localtime(row.due_at), "SHORT_DATETIME_FORMAT"),
        what=f"{what}{channel}",
        outcome=row.get_status_display(),
    )
