"""Patients of a cohort one by one: the rows behind its size, its money and each of its months."""

from collections.abc import Iterator
from datetime import date

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from clinics.calendar import start_of_period
from loyalty.figures.people import Buyer, read_cohort_buyers
from loyalty.reports.catalogue.buyers import BuyerList
from loyalty.reports.columns import Behind, Column, Row, Thing
from loyalty.reports.figure_cells import days_filters
from loyalty.reports.filters import LongPeriodFilters, day_filter
from loyalty.reports.scope import Days, Scope

MOST_MONTHS = 120


class CohortBuyerFilters(LongPeriodFilters):
    cohort = day_filter(_("First purchase in the month of"))
    after = django_filters.NumberFilter(
        label=_("Bought so many months after"), validators=[MinValueValidator(0), MaxValueValidator(MOST_MONTHS)]
    )


class CohortBuyerList(BuyerList):
    code = "cohort_buyers"
    title = _("Buyers of a cohort")
    lead = _("Whose first purchase was in one month, with all that they bought by the last day of the period.")
    order = 923
    filters = CohortBuyerFilters

    def buyers(self, scope: Scope) -> Iterator[Buyer]:
        after = int(scope.choices.get("after", 0))
        return read_cohort_buyers(scope, month=self._month(scope), after=after)

    def count(self, scope: Scope) -> int:
        return sum(1 for _buyer in self.buyers(scope))

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | Thing | None:
        link = super().behind(scope, column, row)
        if not isinstance(link, Behind):
            return link
        return Behind(link.report, link.filters | days_filters(Days(self._month(scope), scope.days.last)))

    def _month(self, scope: Scope) -> date:
        """Of the period's first day, unless another one was chosen."""
        return start_of_period(scope.choices.get("cohort") or scope.days.first, "month")
