"""What people have decided or entered for figures: ways of counting, bonuses of the staff, marketing spend."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q

from clinics.models import Clinic
from clinics.money import half_up, to_kopecks
from loyalty.models import FigureSetting, MarketingSpend, StaffBonusRate
from loyalty.reports.scope import Scope


def figure_setting(day: date) -> FigureSetting:
    """The way of counting in force on the day; an unsaved row of defaults before the first one."""
    found = FigureSetting.objects.filter(from_month__lte=day).order_by("-from_month").first()
    return found or FigureSetting()


def old_discount_bp(day: date) -> int | None:
    """Basis points of the discount before the program; None when nobody has entered it."""
    percent = figure_setting(day).old_discount_percent
    return None if percent is None else int(percent * 100)


def bonus_rate(day: date) -> StaffBonusRate | None:
    return StaffBonusRate.objects.filter(from_month__lte=day).order_by("-from_month").first()


def spend_by_source(scope: Scope) -> dict[str, int]:
    """Kopecks by channel within the days."""
    sums: dict[str, int] = {}
    for spend, kopecks in read_spend(scope):
        sums[spend.source] = sums.get(spend.source, 0) + kopecks
    return sums


def read_spend(scope: Scope, *, source: str | None = None) -> Iterator[tuple[MarketingSpend, int]]:
    """What was entered, with the kopecks of it within the days: of a month that is only partly among them, by the
    number of its days.

    The network's own money is told only where all clinics are asked about: it belongs to none of them.
    """
    days = scope.days
    of_clinics = Q(clinic__in=scope.clinic_ids)
    if covers_network(scope):
        of_clinics |= Q(clinic=None)
    rows = MarketingSpend.objects.filter(
        of_clinics, month__gte=days.first.replace(day=1), month__lte=days.last
    ).select_related("clinic")
    for spend in (rows if source is None else rows.filter(source=source)).order_by("month", "source", "id"):
        length = monthrange(spend.month.year, spend.month.month)[1]
        month_end = spend.month + timedelta(days=length - 1)
        within = (min(days.last, month_end) - max(days.first, spend.month)).days + 1
        yield spend, half_up(to_kopecks(spend.amount) * within, length)


def covers_network(scope: Scope) -> bool:
    return not Clinic.objects.filter(is_active=True).exclude(pk__in=scope.clinic_ids).exists()
