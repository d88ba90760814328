"""Before and after the launch: the figures of trade over as many days on either side of the program's first day.

What was before the portal comes from imported receipts: until the first of them nobody knows anything.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import django_filters
from django.utils.translation import gettext_lazy as _

from clinics.calendar import add_months
from loyalty.figures.channels import read_new_buyers
from loyalty.figures.clients import Clients, LifetimeValue, read_clients_over, read_lifetime_value
from loyalty.figures.inputs import figure_setting
from loyalty.figures.sales import Sales, read_sales
from loyalty.reports.catalogue import retention
from loyalty.reports.catalogue.revenue import AverageBill, EffectiveDiscount, RepeatRate, Revenue, SalesFigure
from loyalty.reports.catalogue.summary import CHANGE_COLUMN, change
from loyalty.reports.columns import Behind, Column, Measure, Row, Text, Unit, Value, average
from loyalty.reports.figure_cells import Named, code_of, days_filters, money, rate
from loyalty.reports.filters import PeriodFilters, day_filter
from loyalty.reports.report import Figure, Report
from loyalty.reports.scope import Days, Scope

SPANS = (
    ("12", _("12 months")),
    ("6", _("6 months")),
    ("3", _("3 months")),
    ("1", _("1 month")),
)
COMPARISONS = (
    ("before", _("with the days just before it")),
    ("year", _("with the same days a year earlier")),
)


class LaunchFilters(PeriodFilters):
    """The program's first day is that of its first version, unless it is older than the portal. Its days are the
    report's own."""

    period = first = last = None
    launched = day_filter(
        _("First day of the program"),
        required=True,
        error_messages={"required": _("There is no program yet: choose the day from which it is in force.")},
    )
    span = django_filters.ChoiceFilter(label=_("How long"), choices=SPANS, empty_label=None)
    compare = django_filters.ChoiceFilter(label=_("Compare"), choices=COMPARISONS, empty_label=None)

    def usual(self) -> dict[str, str]:
        launched = self.launched_on()
        day = {"launched": launched.isoformat()} if launched is not None else {}
        return super().usual() | {"span": SPANS[0][0]} | day

    def days(self) -> Days:
        """To today at the latest; a day to come is all there is of a program that has not begun."""
        first = self.form.cleaned_data["launched"]
        last = add_months(first, int(self.form.cleaned_data["span"])) - timedelta(days=1)
        return Days(first, max(first, min(last, self.today())))


@dataclass(frozen=True, slots=True)
class _Side:
    """What was read of one side; None instead of it where no receipt is known up to its last day."""

    sales: Sales
    clients: Clients
    lifetime: LifetimeValue
    new_buyers: int


@dataclass(frozen=True, slots=True)
class _Line:
    code: str
    title: Text
    unit: Unit
    definition: Text
    value: Callable[[_Side], Value]
    listed_in: str  # report
    narrowed_by: Mapping[str, str] = field(default_factory=dict)  # filters of that report


def _tile(figure: Figure, value: Callable[[_Side], Value]) -> _Line:
    """A number of the first page."""
    return _Line(
        figure.code, figure.title, figure.unit, figure.definition, value, figure.listed_in, figure.narrowed_by
    )


def _sold(figure: SalesFigure) -> _Line:
    return _tile(figure, lambda side: figure.told(side.sales))


LINES = (
    _sold(Revenue()),
    _Line(
        "purchases", _("Purchases"), Unit.COUNT, _("Receipts that cost something, not refunded in full."),
        lambda side: side.sales.receipts, "sales",
    ),
    _Line(
        "buyers", _("Buyers"), Unit.COUNT, _("Patients with a purchase."),
        lambda side: side.sales.buyers, "buyers",
    ),
    _Line(
        "new_buyers", _("New buyers"), Unit.COUNT, _("Whose first purchase is within the days."),
        lambda side: side.new_buyers, "new_buyers",
    ),
    _Line(
        "per_buyer", _("Purchases per buyer"), Unit.AVERAGE, _("Purchases divided by buyers."),
        lambda side: average(side.sales.receipts, side.sales.buyers), "buyers",
    ),
    _sold(RepeatRate()),
    _sold(AverageBill()),
    _tile(retention.Retention(), lambda side: rate(side.clients.retention)),
    _tile(retention.LifetimeValue(), lambda side: money(side.lifetime.mean)),
    _sold(EffectiveDiscount()),
)  # fmt: skip
BY_CODE = {line.code: line for line in LINES}


class Launch(Report):
    code = "launch"
    title = _("Before and after the launch")
    lead = _(
        "What has changed since the program's first day, over as many days on either side. What was before is "
        "known from imported receipts."
    )
    section = _("Sales")
    order = 7
    filters = LaunchFilters
    empty_text = _("Choose a first day of the program that has come already.")
    columns = (
        Column("figure", _("What is counted"), Unit.TEXT),
        Column("before", _("Before the launch"), Unit.MEASURE),
        Column("after", _("After the launch"), Unit.MEASURE),
        CHANGE_COLUMN,
        Column("counted", _("How it is counted"), Unit.TEXT, is_prose=True),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        if scope.days.first > scope.today():
            return
        before, after = _read_sides(scope)
        for line in LINES:
            was = line.value(before) if before is not None else None
            now = line.value(after) if after is not None else None
            yield (
                Named(str(line.title), line.code), Measure(was, line.unit), Measure(now, line.unit),
                change(now, was, line.unit), str(line.definition),
            )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        days = {"before": scope.compared, "after": scope.days}.get(column.code)
        if days is None:
            return None
        line = BY_CODE[code_of(row[0])]
        return Behind(line.listed_in, {**days_filters(days), **line.narrowed_by})


def _read_sides(scope: Scope) -> tuple[_Side | None, _Side | None]:
    """Before and after, counted in one way."""
    before = scope.before or scope
    months = figure_setting(scope.days.last).client_months
    clients = read_clients_over(scope, [before.days, scope.days], months=months)
    return _side(before, clients[0]), _side(scope, clients[1])


def _side(scope: Scope, clients: Clients) -> _Side | None:
    lifetime = read_lifetime_value(scope)
    if not lifetime.buyers:
        return None
    return _Side(read_sales(scope), clients, lifetime, sum(read_new_buyers(scope).values()))
