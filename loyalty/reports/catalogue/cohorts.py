"""Cohorts: patients by the month of their first purchase, and what share of them bought in the months after."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from loyalty.figures.clients import read_cohorts
from loyalty.reports.columns import Behind, Column, Row, Unit
from loyalty.reports.figure_cells import money, rate
from loyalty.reports.filters import LongPeriodFilters
from loyalty.reports.report import Report
from loyalty.reports.scope import Scope

MONTHS_AFTER = 11
AFTER = "after_"


class CohortReport(Report):
    code = "cohorts"
    title = _("Cohorts")
    lead = _("Of those who bought first in a month: how many bought in the months after, and what each has paid.")
    section = _("Sales")
    order = 30
    filters = LongPeriodFilters
    columns = (
        Column("month", _("First purchase"), Unit.MONTH),
        Column("size", _("Patients"), Unit.COUNT, _("Whose first purchase at the clinics was in the month.")),
        Column("paid", _("Revenue"), Unit.MONEY, _("Of all of them, from the first purchase to the last day.")),
        Column("lifetime", _("LTV"), Unit.MONEY, _("Revenue of the cohort divided by its patients.")),
        *(
            Column(
                f"{AFTER}{number}",
                _("+%(number)s mo.") % {"number": number},
                Unit.RATE,
                _("Bought in that month after the first one. Blank while the month is not over."),
                is_heat=True,
            )
            for number in range(1, MONTHS_AFTER + 1)
        ),
    )
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        for cohort in read_cohorts(scope, width=MONTHS_AFTER + 1):
            shares = (rate(share) for share in cohort.shares[1:])
            yield (cohort.month, cohort.size, money(cohort.kopecks), money(cohort.mean_kopecks), *shares)

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        """All of them, or those who came in a month after."""
        if column.code == "month":
            return None
        after = {"after": column.code.removeprefix(AFTER)} if column.is_heat else {}
        return Behind("cohort_buyers", {"cohort": str(row[0])} | after)
