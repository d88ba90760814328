"""The monthly statement of the staff's bonus: what each person did, at the rates in force in that month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from loyalty.figures.inputs import bonus_rate
from loyalty.models import StaffBonusRate
from loyalty.reports.figure_cells import months_of
from loyalty.reports.scope import Scope
from loyalty.staff_activity import BonusCounts, bonus_counts


@dataclass(frozen=True, slots=True)
class Bonus:
    """Of one person in one month, or in the part of it that was asked about. Whole roubles or points."""

    month: date
    user: User
    counts: BonusCounts
    unit: StaffBonusRate.Unit
    amount: int


def first_rated_day() -> date | None:
    """Before it nobody earns anything."""
    found = StaffBonusRate.objects.order_by("from_month").values_list("from_month", flat=True).first()
    return found


def read_bonuses(scope: Scope) -> Iterator[Bonus]:
    """Month by month, people by name; a month before the first rates brings nobody anything."""
    for days in months_of(scope.days):
        rates = bonus_rate(days.last)
        if rates is None:
            continue
        counts = bonus_counts(scope.over(days))
        for user in User.objects.filter(pk__in=counts).order_by("last_name", "first_name", "username"):
            done = counts[user.pk]
            yield Bonus(
                month=days.first.replace(day=1),
                user=user,
                counts=done,
                unit=StaffBonusRate.Unit(rates.unit),
                amount=done.registrations * rates.per_registration
                + done.referrals * rates.per_referral
                + done.reviews * rates.per_review,
            )
