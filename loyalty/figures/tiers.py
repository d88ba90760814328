"""How many patients stand on which tier, as of now."""

from django.db.models import Count, QuerySet

from loyalty.models import Standing
from loyalty.reports.scope import Scope


def patients_by_tier(scope: Scope) -> dict[str, int]:
    rows = standings(scope).order_by().values("tier").annotate(number=Count("id"))
    return {row["tier"]: row["number"] for row in rows}


def standings(scope: Scope) -> QuerySet[Standing]:
    """Of the clinics as home; who was erased or merged stands nowhere."""
    rows = Standing.objects.filter(
        patient__home_clinic__in=scope.clinic_ids, patient__erased_at=None, patient__merged_into=None
    )
    if not scope.segment.is_everybody:
        rows = rows.filter(patient__in=scope.segment.patients())
    return rows
