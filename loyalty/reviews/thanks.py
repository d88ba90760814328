"""Whose work a review is: of the receptionist who entered the patient's last receipt before it."""

from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from loyalty.models import Receipt, Review

# A later review has other causes.
FOLLOWS_WITHIN = timedelta(days=30)


def with_receptionist(reviews: QuerySet[Review]) -> QuerySet[Any]:
    """Annotated with `receptionist`, the id of a person, or None where the review is nobody's work.

    Counted by when receipts were recorded: one that is typed in later changes no statement of the past. Nobody is
    thanked for a review of a patient who bears their own name.
    """
    bears_own_name = Q(
        ~Q(actor__last_name=""),
        patient__last_name=F("actor__last_name"),
        patient__first_name=F("actor__first_name"),
    )
    before = Receipt.objects.filter(
        patient=OuterRef("patient"),
        clinic=OuterRef("clinic"),
        recorded_at__lte=OuterRef("at"),
        recorded_at__gt=OuterRef("at") - FOLLOWS_WITHIN,
        actor__isnull=False,
    ).exclude(bears_own_name)
    return reviews.annotate(receptionist=Subquery(before.order_by("-recorded_at", "-id").values("actor")[:1]))
