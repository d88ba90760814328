"""Goals and how far they are: the figure from the goal's first day to today, against the time that has passed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from clinics.money import to_roubles
from loyalty.figures.inputs import covers_network
from loyalty.figures.maths.ratios import basis_points, share
from loyalty.figures.sales import Sales, read_sales
from loyalty.models import Goal
from loyalty.reports.scope import Days, Scope, Segment

# Who has more of them looks at a shorter period.
MOST_GOALS = 50
# Figures that grow day by day: their time tells what they should have come to.
GROWING = frozenset({Goal.Figure.VISITS, Goal.Figure.BUYERS, Goal.Figure.REVENUE})


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """`reached` in the unit of the goal, None while nobody can know."""

    goal: Goal
    reached: Decimal | None
    time: Fraction  # of its days have begun, today included

    @property
    def progress(self) -> Fraction | None:
        return None if self.reached is None else Fraction(self.reached) / Fraction(self.goal.target)

    @property
    def is_on_course(self) -> bool | None:
        """Growing figures by the time that has passed, the others by the target itself."""
        if self.progress is None:
            return None
        return self.progress >= (self.time if self.goal.figure in GROWING else 1)


def read_goals(scope: Scope) -> Iterator[GoalProgress]:
    """Whose days touch the period, of the clinics asked about; those of all when all are. One query each."""
    places = Q(clinic__in=scope.clinic_ids)
    if covers_network(scope):
        places |= Q(clinic=None)
    goals = Goal.objects.filter(places, starts_on__lte=scope.days.last, ends_on__gte=scope.days.first)
    for goal in goals.select_related("clinic").order_by("ends_on", "id")[:MOST_GOALS]:
        yield _progress(goal, scope)


def _progress(goal: Goal, scope: Scope) -> GoalProgress:
    today = scope.today()
    length = (goal.ends_on - goal.starts_on).days + 1
    begun = min(max((today - goal.starts_on).days + 1, 0), length)
    if not begun:
        return GoalProgress(goal, None, Fraction())
    clinics = tuple(clinic for clinic in scope.clinics if goal.clinic_id in {None, clinic.pk})
    days = Days(goal.starts_on, min(goal.ends_on, today))
    asked = Scope(clinics=clinics, days=days, at=scope.at, segment=Segment())
    return GoalProgress(goal, _reached(goal, read_sales(asked)), share(begun, length) or Fraction())


def _reached(goal: Goal, sales: Sales) -> Decimal | None:
    match goal.figure:
        case Goal.Figure.VISITS:
            return Decimal(sales.receipts)
        case Goal.Figure.BUYERS:
            return Decimal(sales.buyers)
        case Goal.Figure.REVENUE:
            return to_roubles(sales.paid)
        case Goal.Figure.AVERAGE_BILL:
            return None if sales.average_bill is None else to_roubles(sales.average_bill)
        case _:
            points = basis_points(sales.repeat_rate)
            return None if points is None else to_roubles(points)
