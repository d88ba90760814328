"""Reviews that patients left within the days: how many, and how good."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from loyalty.models import Review
from loyalty.reports.columns import average
from loyalty.reports.scope import Scope


@dataclass(frozen=True, slots=True)
class Reviews:
    """Without declined ones. Public sites do not tell their stars."""

    number: int
    rated: int  # with stars
    stars: int  # of all of these together

    @property
    def rating(self) -> Decimal | None:
        return average(self.stars, self.rated)


def read_reviews(scope: Scope) -> Reviews:
    counts = kept_reviews(scope).aggregate(number=Count("id"), rated=Count("stars"), stars=Sum("stars"))
    return Reviews(counts["number"], counts["rated"], counts["stars"] or 0)


def asked_reviews(scope: Scope) -> QuerySet[Review]:
    """Left at the clinics within the days, whatever became of them. A review is no doctor's."""
    rows = Review.objects.filter(scope.during("at"))
    if not scope.segment.is_everybody:
        rows = rows.filter(patient__in=scope.segment.patients())
    return rows


def kept_reviews(scope: Scope) -> QuerySet[Review]:
    return asked_reviews(scope).exclude(status=Review.Status.DECLINED)
