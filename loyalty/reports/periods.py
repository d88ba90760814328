"""Periods that have a name: which days they are is told by the calendar. Reads no clock."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from clinics.calendar import add_months, start_of_period
from loyalty.reports.scope import Days

PERIODS = (
    ("this_month", gettext_lazy("This month")),
    ("last_month", gettext_lazy("Last month")),
    ("last_30_days", gettext_lazy("Last 30 days")),
    ("this_quarter", gettext_lazy("This quarter")),
    ("this_year", gettext_lazy("This year")),
    ("last_12_months", gettext_lazy("Last 12 months")),
    ("last_24_months", gettext_lazy("Last 24 months")),
    ("days", gettext_lazy("Chosen days")),
)


def days_of(period: str, *, today: date) -> Days:
    """The days of a named period. Those that go on end today: what a month has not come to yet is neither compared
    with a whole one nor told as if it were over."""
    month = start_of_period(today, "month")
    last_month = month - timedelta(days=1)
    named = {
        "this_month": Days(month, today),
        "last_month": Days(start_of_period(last_month, "month"), last_month),
        "last_30_days": Days(today - timedelta(days=29), today),
        "this_quarter": Days(start_of_period(today, "quarter"), today),
        "this_year": Days(start_of_period(today, "year"), today),
        "last_12_months": Days(add_months(month, -11), today),
        "last_24_months": Days(add_months(month, -23), today),
    }
    return named[period]
