"""The call list in words: why to call, since when, what was said before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.calendar import local_date
from clinics.number_texts import day_text, points_word, soon_text
from loyalty.calls.requests import PartOfDay
from loyalty.calls.working import TAKEN_FOR
from loyalty.models import Call, CallTask
from patients.phone import format_phone

Kind = CallTask.Kind
PARTS = {
    PartOfDay.ANY: gettext_lazy("any time"),
    PartOfDay.MORNING: gettext_lazy("in the morning"),
    PartOfDay.DAY: gettext_lazy("in the afternoon"),
    PartOfDay.EVENING: gettext_lazy("in the evening"),
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the list shows it; `holder` is empty while anybody may take it."""

    id: int
    kind: str
    patient_id: int
    name: str
    phone: str
    has_phone: bool
    clinic: str
    why: str
    words: str
    since: str
    calls: tuple[str, ...]
    is_mine: bool
    holder: str
    is_warm: bool  # points burn


def task_row(task: CallTask, *, calls: Iterable[Call], reader_id: int, revealed_id: int, at: datetime) -> TaskRow:
    """The phone is masked but for the one that was asked for."""
    is_held = task.taken_at is not None and task.taken_at > at - TAKEN_FOR
    patient, tz = task.patient, task.clinic.tz
    today = local_date(at, tz)
    full = format_phone(patient.phone or "") if task.pk == revealed_id else ""
    return TaskRow(
        id=task.pk,
        kind=str(task.get_kind_display()),
        patient_id=patient.pk,
        name=str(patient),
        phone=full or patient.masked_phone,
        has_phone=bool(patient.phone) and not full,
        clinic=task.clinic.name,
        why=why_text(task, today=today),
        words=task.words,
        since=day_text(local_date(task.created_at, tz), today=today),
        calls=tuple(call_text(call, today=today, task=task) for call in calls),
        is_mine=is_held and task.taken_by_id == reader_id,
        holder=_name(task) if is_held and task.taken_by_id != reader_id else "",
        is_warm=task.kind == Kind.BURNING,
    )


def why_text(task: CallTask, *, today: date) -> str:
    """One sentence from the codes and numbers of the task."""
    facts = task.facts
    if task.kind == Kind.BOOKING:
        day = date.fromisoformat(facts["day"])
        words = {"day": day_text(day, today=today), "part": PARTS[PartOfDay(facts["part"])]}
        return _("Wants to come on %(day)s, %(part)s.") % words
    if task.kind == Kind.BURNING:
        day = date.fromisoformat(facts["last_day"])
        points = int(facts["points"])
        text = ngettext(
            "%(points)s will burn on %(day)s, %(soon)s. No message has reached the patient.",
            "%(points)s will burn on %(day)s, %(soon)s. No message has reached the patient.",
            points,
        )
        soon = soon_text(day, today=today) or _("soon")
        return text % {"points": points_word(points), "day": day_text(day, today=today), "soon": soon}
    if task.kind == Kind.NO_VISIT:
        day = date.fromisoformat(facts["last_day"])
        return _("Has not come since %(day)s. Invite to a check-up.") % {"day": day_text(day, today=today)}
    if task.kind == Kind.FEEDBACK:
        stars = int(facts["stars"])
        text = ngettext("Gave %(stars)s star.", "Gave %(stars)s stars.", stars) % {"stars": stars}
        advice = _("Find out what went wrong.")
        return f"{text} {advice}"
    return ""


def call_text(call: Call, *, today: date, task: CallTask) -> str:
    """`20 November: no answer. Comment`."""
    day = day_text(local_date(call.at, task.clinic.tz), today=today)
    text = _("%(day)s: %(outcome)s") % {"day": day, "outcome": call.get_outcome_display()}
    return f"{text}. {call.comment}" if call.comment else text


def _name(task: CallTask) -> str:
    holder = task.taken_by
    return (holder.get_full_name() or holder.get_username()) if holder else ""
