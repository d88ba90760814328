"""Marketing spend as it was entered or imported, with what of it falls on the days."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.figures.channels import channel_choices, channel_names
from loyalty.figures.inputs import read_spend
from loyalty.models import MarketingSpend
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.figure_cells import money
from loyalty.reports.filters import LongPeriodFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope


class SpendFilters(LongPeriodFilters):
    """Money spent on marketing is of no doctor and of no patient."""

    doctor = tier = tag = source = social_group = None
    channel = django_filters.ChoiceFilter(label=_("Channel"), empty_label=_("Any"), choices=())

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        sources = MarketingSpend.objects.order_by("source").values_list("source", flat=True).distinct()
        return super().choices() | {"channel": channel_choices((source, source) for source in sources)}


class SpendList(Report):
    code = "marketing_spend"
    title = _("Marketing spend")
    lead = _("What was entered by channel and month, and what of it falls on the period.")
    section = _("Marketing")
    order = 960
    opens = "loyalty.marketingspend"
    permissions = (VIEW_REPORTS, "loyalty.view_marketingspend")
    filters = SpendFilters
    columns = (
        Column("number", _("No."), Unit.TEXT),
        Column("month", _("Month"), Unit.MONTH),
        Column("channel", _("Channel"), Unit.TEXT),
        Column("clinic", _("Clinic"), Unit.TEXT),
        Column("amount", _("Spent in the month"), Unit.MONEY),
        Column(
            "within", _("Falls on the period"), Unit.MONEY,
            _("Of a month that is partly in the period, by the number of its days."),
        ),
    )  # fmt: skip

    def rows(self, scope: Scope) -> Iterator[Row]:
        names = channel_names()
        for spend, kopecks in self._asked(scope):
            yield (
                str(spend.pk), spend.month, names.get(spend.source, spend.source),
                str(spend.clinic or gettext("The whole network")), spend.amount, money(kopecks),
            )  # fmt: skip

    def totals(self, scope: Scope) -> Row:
        found = list(self._asked(scope))
        amount = sum(spend.amount for spend, _kopecks in found)
        return (None, None, None, None, amount, money(sum(kopecks for _spend, kopecks in found)))

    def _asked(self, scope: Scope) -> Iterator[Any]:
        return read_spend(scope, source=scope.choices.get("channel"))
