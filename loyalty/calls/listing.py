"""What is on the call list today, in the order in which it should be worked through."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from clinics.calendar import local_date
from clinics.models import Clinic
from clinics.scope import clinics_of
from loyalty.models import CallTask

WORK = "loyalty.change_calltask"
# Whoever is to hear what a patient was not content with.
SEES_FEEDBACK = "loyalty.moderate_review"


def visible_to(user: User | AnonymousUser) -> Q:
    """Kinds of tasks that the person may know of."""
    return Q() if user.has_perm(SEES_FEEDBACK) else ~Q(kind=CallTask.Kind.FEEDBACK)


def count_today(user: User, *, at: datetime) -> int:
    """How many wait for the person; 0 for who does not work through the list."""
    if not user.has_perm(WORK):
        return 0
    return tasks_for(user, clinics=clinics_of(user), at=at).count()


def tasks_for(user: User, *, clinics: Iterable[Clinic], at: datetime) -> QuerySet[CallTask]:
    """Open tasks of the clinics whose day has come, each by its own calendar.

    One's own in hand come first, then what patients have asked for, then the oldest day.
    """
    due = Q(pk=None)
    for clinic in clinics:
        due |= Q(clinic=clinic, due_date__lte=local_date(at, clinic.tz))
    tasks = CallTask.objects.filter(due, visible_to(user), done_at=None)
    place = Case(
        When(taken_by=user.pk, then=Value(0)),
        When(kind__in=CallTask.ASKED_BY_PATIENT, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return tasks.order_by(place, "due_date", "id")
