"""What patients and staff put on the call list: a wish to come, a message to the clinic, a task by hand."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from clinics.calendar import local_date
from clinics.models import Clinic
from loyalty.calls.refusals import has_refused_calls
from loyalty.models import CallTask, Receipt
from patients.models import Patient

LONGEST_WORDS = 1000
# Farther ahead nobody keeps a diary.
FARTHEST_DAYS = 180


class PartOfDay(StrEnum):
    ANY = "any"
    MORNING = "morning"
    DAY = "day"
    EVENING = "evening"


class CallsRefused(Exception):
    """The patient has asked not to be called. Nothing was written."""


@dataclass(frozen=True, slots=True)
class VisitWish:
    clinic: Clinic
    day: date
    part: PartOfDay
    words: str = ""


def ask_for_visit(wish: VisitWish, *, patient: Patient, at: datetime) -> CallTask:
    """The open request of the patient: a second one is not made while the first waits for an answer.

    Own transaction; locks the patient. The answer is the desk's, on the same day.
    """
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).only("id").get(pk=patient.pk)
        waiting = open_request(patient)
        if waiting is not None:
            return waiting
        number = CallTask.objects.filter(patient=patient, kind=CallTask.Kind.BOOKING).count() + 1
        return CallTask.objects.create(
            key=f"booking:{patient.pk}:{number}",
            patient=patient,
            clinic=wish.clinic,
            kind=CallTask.Kind.BOOKING,
            facts={"day": wish.day.isoformat(), "part": wish.part.value},
            words=wish.words,
            due_date=local_date(at, wish.clinic.tz),
            created_at=at,
        )


def open_request(patient: Patient) -> CallTask | None:
    """The wish to come that nobody has answered yet."""
    wishes = CallTask.objects.filter(patient=patient, kind=CallTask.Kind.BOOKING, done_at=None)
    return wishes.select_related("clinic").first()


def last_request(patient: Patient) -> CallTask | None:
    """The wish to come that was sent last, answered or not."""
    wishes = CallTask.objects.filter(patient=patient, kind=CallTask.Kind.BOOKING)
    return wishes.select_related("clinic").order_by("-id").first()


def write_to_clinic(words: str, *, patient: Patient, at: datetime) -> CallTask:
    """The same words sent twice on one day are one message. Own transaction."""
    clinic = patient.home_clinic
    today = local_date(at, clinic.tz)
    print_of_words = sha256(words.encode()).hexdigest()[:16]
    return _once(
        f"message:{patient.pk}:{today.isoformat()}:{print_of_words}",
        patient=patient,
        clinic=clinic,
        kind=CallTask.Kind.MESSAGE,
        words=words,
        due_date=today,
        created_at=at,
    )


def add_task(
    *,
    patient: Patient,
    clinic: Clinic,
    words: str,
    due_date: date,
    actor: User,
    at: datetime,
    receipt: Receipt | None = None,
) -> CallTask:
    """A task by hand; pressed twice it is one. Own transaction. Raises CallsRefused."""
    if has_refused_calls(patient.pk):
        raise CallsRefused
    print_of_words = sha256(words.encode()).hexdigest()[:16]
    return _once(
        f"manual:{patient.pk}:{due_date.isoformat()}:{print_of_words}",
        patient=patient,
        clinic=clinic,
        kind=CallTask.Kind.MANUAL,
        words=words,
        due_date=due_date,
        author=actor,
        receipt=receipt,
        created_at=at,
    )


def _once(key: str, **fields: Any) -> CallTask:
    """The task of the cause, whoever of two at once has made it."""
    task, _is_new = CallTask.objects.get_or_create(key=key, defaults=fields)
    return task
