"""Retention by cohort: who bought first in one month, and what share of them bought N months later.

A cell whose month is not over is left blank: it would show less than it will come to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from clinics.calendar import add_months
from loyalty.figures.maths.ratios import mean_kopecks, share


@dataclass(frozen=True, slots=True)
class CohortMonth:
    """What the patients of one cohort did in one month; days are the first of their months."""

    cohort: date
    month: date
    buyers: int
    kopecks: int  # net of refunds

    @property
    def offset(self) -> int:
        return 12 * (self.month.year - self.cohort.year) + self.month.month - self.cohort.month


@dataclass(frozen=True, slots=True)
class Cohort:
    """One row: `shares[N]` is of those who bought in the N-th month after the first, None while it is not over."""

    month: date
    size: int
    shares: tuple[Fraction | None, ...]
    kopecks: int  # of all its patients, from the first receipt to the last day asked for

    @property
    def mean_kopecks(self) -> int | None:
        """Historic LTV of one patient of the cohort."""
        return mean_kopecks(self.kopecks, self.size)


def cohort_table(cells: Iterable[CohortMonth], *, last_day: date, width: int) -> list[Cohort]:
    """Rows by month, oldest first, each of `width` shares; the first one is 1 of every finished month."""
    by_cohort: dict[date, list[CohortMonth]] = {}
    for cell in cells:
        by_cohort.setdefault(cell.cohort, []).append(cell)
    return [_cohort(month, by_cohort[month], last_day=last_day, width=width) for month in sorted(by_cohort)]


def _cohort(month: date, cells: list[CohortMonth], *, last_day: date, width: int) -> Cohort:
    buyers = {cell.offset: cell.buyers for cell in cells}
    size = buyers.get(0, 0)
    first_unknown = last_day + timedelta(days=1)
    shares = (
        share(buyers.get(offset, 0), size) if add_months(month, offset + 1) <= first_unknown else None
        for offset in range(width)
    )
    return Cohort(month, size, tuple(shares), sum(cell.kopecks for cell in cells))
