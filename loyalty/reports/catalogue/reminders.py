"""The burning engine: reminders, who came after them, revenue, and what of it is theirs."""

from collections.abc import Iterator

import django_filters
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.figures import reminders
from loyalty.models import Receipt
from loyalty.reports.catalogue.receipts import refunded_money, returned_points
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Measure, Row, Unit
from loyalty.reports.figure_cells import Named, code_of, money, rate
from loyalty.reports.filters import LongPeriodFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope

COUNTED = _(
    "A purchase counts to the last reminder delivered before it, within the days that the program gives it and "
    "before its points burn; each purchase once."
)


WORKED_OUT = _(
    "Patients stand behind their numbers; the other numbers are worked out and have no rows of their own."
)
LOWER, UPPER = (
    _("Lower limit of the 95 % interval (Newcombe)."),
    _("Upper limit of the 95 % interval (Newcombe)."),
)
# Patients behind the columns that count them or their reminders.
PARTS = {
    "planned": "planned", "delivered": "delivered", "people": "delivered", "came": "receipts",
    "held_out": "held_out",
}  # fmt: skip
# Of a number that is no estimate.
NO_LIMIT = Measure("", Unit.TEXT)


class ReminderFilters(LongPeriodFilters):
    """A reminder is nobody's work."""

    doctor = None


class ReminderFunnel(Report):
    code = "reminders"
    title = _("Reminders before burning")
    lead = _("What reminders bring: delivered, came, paid. Net of refunds so far; patients by their home clinic.")
    section = _("Marketing")
    order = 120
    filters = ReminderFilters
    columns = (
        Column("days", _("Days before burning"), Unit.COUNT),
        Column("planned", _("Planned"), Unit.COUNT, _("Without the hold-out group.")),
        Column("delivered", _("Delivered"), Unit.COUNT, _("Taken by the channel.")),
        Column("people", _("Patients"), Unit.COUNT, _("Who got one.")),
        Column("came", _("Came"), Unit.COUNT, COUNTED),
        Column("receipts", _("Purchases"), Unit.COUNT, COUNTED),
        Column("paid", _("Revenue"), Unit.MONEY, _("Paid in money on these purchases, net of refunds.")),
        Column("points", _("Points spent"), Unit.POINTS, _("On these purchases, less those given back.")),
        Column("held_out", _("Held out"), Unit.COUNT, _("Reminders that the hold-out group did not get.")),
    )
    charts = (
        ChartPlan(
            ChartKind.BARS,
            _("From reminder to purchase, by days before burning"),
            "days",
            ("delivered", "came", "receipts"),
        ),
    )
    on_dashboard = True

    def rows(self, scope: Scope) -> Iterator[Row]:
        for rung in reminders.read_rungs(scope, window=reminders.attribution_days(scope)):
            yield (
                rung.days_before, rung.planned, rung.delivered, rung.people, rung.came, rung.receipts,
                money(rung.paid), rung.points, rung.held_out,
            )  # fmt: skip

    def totals(self, scope: Scope) -> Row:
        """A patient of two rungs would be counted twice: people have no total here."""
        rungs = reminders.read_rungs(scope, window=reminders.attribution_days(scope))
        return (
            None, sum(rung.planned for rung in rungs), sum(rung.delivered for rung in rungs), None, None,
            sum(rung.receipts for rung in rungs), money(sum(rung.paid for rung in rungs)),
            sum(rung.points for rung in rungs), sum(rung.held_out for rung in rungs),
        )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        rung = {} if row[0] is None else {"rung": str(row[0])}
        if column.code in {"receipts", "paid", "points"}:
            return Behind("reminder_receipts", rung)
        part = PARTS.get(column.code)
        return Behind("reminder_patients", rung | {"part": part}) if part else None


class ReminderEffect(Report):
    code = "reminder_effect"
    title = _("Increment of reminders")
    lead = _(
        "Who was to be reminded against a hold-out group that was not: both counted from the moment the reminder "
        "was due, whether it was delivered or not."
    )
    section = _("Marketing")
    order = 121
    filters = ReminderFilters
    columns = (
        Column("figure", _("Figure"), Unit.TEXT),
        Column("value", _("Value"), Unit.MEASURE, WORKED_OUT),
        Column("low", _("At least"), Unit.MEASURE, LOWER, is_derived=True),
        Column("high", _("At most"), Unit.MEASURE, UPPER, is_derived=True),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        window = reminders.attribution_days(scope)
        effect = reminders.read_effect(scope, window=window)
        rungs = reminders.read_rungs(scope, window=window)
        extra = effect.extra_revenue(
            paid=sum(rung.paid for rung in rungs), receipts=sum(rung.receipts for rung in rungs)
        )
        yield _line(gettext("Attribution window, days"), Measure(window, Unit.COUNT))
        for title, code, number in (
            (gettext("Patients who were to be reminded"), "reminded", effect.reminded.people),
            (gettext("Of them came"), "reminded:came", effect.reminded.came),
            (gettext("Patients held out"), "held_out", effect.held_out.people),
            (gettext("Of them came as well"), "held_out:came", effect.held_out.came),
        ):
            yield _line(Named(title, code), Measure(number, Unit.COUNT))
        yield _interval_row(gettext("Came because of the reminder, share"), effect, Unit.RATE)
        yield _interval_row(gettext("Came because of the reminder, patients"), effect, Unit.COUNT)
        if effect.increment is not None:
            is_certain = (
                gettext("yes") if effect.increment.is_certain else gettext("no: zero is within the limits")
            )
            yield _line(gettext("More than chance"), Measure(is_certain, Unit.TEXT))
        yield _line(gettext("Revenue of these visits, at the average receipt"), Measure(money(extra), Unit.MONEY))

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        group, _part, came = code_of(row[0]).partition(":")
        if not group or column.code != "value":
            return None
        return Behind("reminder_groups", {"group": group} | ({"came": "yes"} if came else {}))


def _line(title: str, value: Measure) -> Row:
    return (title, value, NO_LIMIT, NO_LIMIT)


def _interval_row(title: str, effect: reminders.Effect, unit: Unit) -> Row:
    found = effect.increment if unit is Unit.RATE else effect.extra_people
    if found is None:
        return (title, Measure(None, unit), Measure(None, unit), Measure(None, unit))
    cells = [
        rate(limit) if unit is Unit.RATE else round(limit) for limit in (found.estimate, found.low, found.high)
    ]
    return (title, *(Measure(cell, unit) for cell in cells))


class ReminderReceiptFilters(ReminderFilters):
    rung = django_filters.NumberFilter(label=_("Days before burning"), min_value=0, max_value=365)


class ReminderReceipts(Report):
    code = "reminder_receipts"
    title = _("Purchases after reminders")
    lead = COUNTED
    section = _("Receipts")
    order = 915
    opens = "loyalty.receipt"
    permissions = (VIEW_REPORTS, "loyalty.view_receipt")
    filters = ReminderReceiptFilters
    columns = (
        Column("number", _("Receipt"), Unit.TEXT),
        Column("rung", _("Days before burning"), Unit.COUNT, _("Of the reminder that the purchase counts to.")),
        Column("at", _("Paid"), Unit.MOMENT, _("By the clock of the clinic.")),
        Column("clinic", _("Clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("paid", _("Revenue"), Unit.MONEY, _("Paid in money, net of refunds.")),
        Column("points", _("Points spent"), Unit.POINTS, _("Less those given back.")),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        rungs = self._rungs(scope)
        receipts = Receipt.objects.filter(pk__in=rungs).annotate(
            refunded=refunded_money(), returned=returned_points()
        )
        for receipt in receipts.select_related("patient", "clinic").order_by("-paid_at", "-id").iterator(2000):
            yield (
                str(receipt.pk), rungs[receipt.pk], receipt.paid_at.astimezone(receipt.clinic.tz),
                receipt.clinic.name, str(receipt.patient), receipt.paid - receipt.refunded,
                receipt.points_spent - receipt.returned,
            )  # fmt: skip

    def count(self, scope: Scope) -> int:
        return len(self._rungs(scope))

    def _rungs(self, scope: Scope) -> dict[int, int]:
        rungs = reminders.receipts_of_reminders(scope, window=reminders.attribution_days(scope))
        wanted = scope.choices.get("rung")
        return {receipt: days for receipt, days in rungs.items() if wanted in {None, days}}
