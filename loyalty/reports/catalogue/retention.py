"""Who stays: clients at the start and at the end by month (CRR), lifetime value, the clients one by one."""

from collections.abc import Iterator

import django_filters
from django.utils.translation import gettext_lazy as _

from loyalty.figures.clients import list_clients, read_clients, read_clients_over, read_lifetime_value
from loyalty.figures.inputs import figure_setting
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit, Value
from loyalty.reports.figure_cells import money, month_filters, months_of, person_name, rate
from loyalty.reports.filters import LongPeriodFilters, PeriodFilters
from loyalty.reports.report import VIEW_REPORTS, Figure, Report
from loyalty.reports.scope import Scope

CRR_DEFINITION = _(
    "Of the clients at the start, how many still are at the end. A client has paid money in the last 12 months "
    "(or as many as «How figures are counted» says)."
)
LTV_DEFINITION = _("What all buyers have paid by the last day, net of refunds, divided by their number.")


class RetentionByMonth(Report):
    code = "retention"
    title = _("Retention of clients (CRR)")
    lead = _("How many clients each month began with, lost and won.")
    section = _("Sales")
    order = 20
    filters = LongPeriodFilters
    columns = (
        Column("month", _("Month"), Unit.MONTH),
        Column("at_start", _("Clients at the start"), Unit.COUNT),
        Column("lost", _("Left"), Unit.COUNT, _("At the start, not at the end.")),
        Column("new", _("New"), Unit.COUNT, _("At the end, not at the start; whoever comes back is new again.")),
        Column("at_end", _("Clients at the end"), Unit.COUNT),
        Column("retention", _("Retention (CRR)"), Unit.RATE, CRR_DEFINITION),
    )
    charts = (
        ChartPlan(ChartKind.COLUMNS, _("Clients at the end of the month"), "month", ("at_end",)),
        ChartPlan(ChartKind.LINES, _("Retention by month"), "month", ("retention",)),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        months = list(months_of(scope.days))
        found = read_clients_over(scope, months, months=figure_setting(scope.days.last).client_months)
        for days, clients in zip(months, found, strict=True):
            lost = clients.at_start - (clients.at_end - clients.new)
            yield (
                days.first.replace(day=1), clients.at_start, lost, clients.new, clients.at_end,
                rate(clients.retention),
            )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        if column.code == "month":
            return None
        part = {"at_start": "start", "at_end": "end", "new": "new", "lost": "lost"}.get(column.code)
        return Behind("clients", month_filters(scope.days, str(row[0])) | ({"part": part} if part else {}))


class ClientFilters(PeriodFilters):
    part = django_filters.ChoiceFilter(
        label=_("Clients"),
        empty_label=_("At the start or at the end"),
        choices=[
            ("start", _("At the start")), ("end", _("At the end")), ("new", _("New")), ("lost", _("Left")),
            ("stayed", _("Stayed")),
        ],
    )  # fmt: skip


class ClientList(Report):
    code = "clients"
    title = _("Clients")
    lead = _("Who was a client at the start of the period, at its end, or both.")
    section = _("Patients")
    order = 930
    opens = "patients.patient"
    permissions = (VIEW_REPORTS, "patients.view_patient")
    filters = ClientFilters
    columns = (
        Column("number", _("No."), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("last_at", _("Last payment"), Unit.DAY),
        Column("at_start", _("At the start"), Unit.COUNT),
        Column("at_end", _("At the end"), Unit.COUNT),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        zone = scope.clinics[0].tz
        wanted = _PARTS.get(str(scope.choices.get("part")), _EVERYBODY)
        for client in list_clients(scope, months=figure_setting(scope.days.last).client_months):
            if (client.at_start, client.at_end) in wanted:
                yield (
                    str(client.patient_id), person_name(client.patient, patient_id=client.patient_id),
                    client.phone, client.last_at.astimezone(zone).date(), int(client.at_start), int(client.at_end),
                )  # fmt: skip

    def count(self, scope: Scope) -> int:
        return sum(number for _part, number in self._numbers(scope))

    def totals(self, scope: Scope) -> Row:
        numbers = list(self._numbers(scope))
        at_start = sum(number for part, number in numbers if part[0])
        at_end = sum(number for part, number in numbers if part[1])
        return (None, None, None, None, at_start, at_end)

    def _numbers(self, scope: Scope) -> Iterator[tuple[tuple[bool, bool], int]]:
        """Clients of each wanted part."""
        clients = read_clients(scope, months=figure_setting(scope.days.last).client_months)
        counts = {
            (True, True): clients.at_end - clients.new,
            (False, True): clients.new,
            (True, False): clients.at_start - (clients.at_end - clients.new),
        }
        for part in _PARTS.get(str(scope.choices.get("part")), _EVERYBODY):
            yield part, counts[part]


# Who was a client at the start, and at the end.
_EVERYBODY = {(True, True), (True, False), (False, True)}
_PARTS = {
    "start": {(True, True), (True, False)},
    "end": {(True, True), (False, True)},
    "new": {(False, True)},
    "lost": {(True, False)},
    "stayed": {(True, True)},
}


class Retention(Figure):
    code = "crr"
    title = _("Retention (CRR)")
    unit = Unit.RATE
    definition = CRR_DEFINITION
    order = 40
    is_more_better = True
    listed_in = "clients"
    narrowed_by = {"part": "start"}

    def value(self, scope: Scope) -> Value:
        return rate(read_clients(scope, months=figure_setting(scope.days.last).client_months).retention)

    def values(self, scope: Scope) -> tuple[Value, Value]:
        """Both periods by one query, counted in the same way."""
        periods = [scope.days] if scope.compared is None else [scope.days, scope.compared]
        months = figure_setting(scope.days.last).client_months
        rates = [rate(clients.retention) for clients in read_clients_over(scope, periods, months=months)]
        return rates[0], rates[1] if len(rates) > 1 else None


class LifetimeValue(Figure):
    code = "ltv"
    title = _("Lifetime value (LTV)")
    unit = Unit.MONEY
    definition = LTV_DEFINITION
    order = 50
    is_more_better = True
    listed_in = "all_buyers"

    def value(self, scope: Scope) -> Value:
        return money(read_lifetime_value(scope).mean)
