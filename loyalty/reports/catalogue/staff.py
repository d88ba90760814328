"""The staff: who did how much, and the bonus for it."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.figures.staff_bonus import first_rated_day, read_bonuses
from loyalty.models import StaffBonusRate
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit
from loyalty.reports.figure_cells import Named, code_of, days_filters, month_filters
from loyalty.reports.filters import PeriodFilters
from loyalty.reports.person_filter import staff_name
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Days, Scope
from loyalty.staff_activity import read_activity

# As the page of staff activity asks.
PERMISSIONS = (VIEW_REPORTS, "clinics.view_staffmember", "loyalty.view_receipt")
AMOUNT = _("Counts by the rates of the month.")
# The rows behind a count, and the filters that narrow them to it.
LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "registrations": ("registrations", {}),
    "referrals": ("recommendations", {}),
    "receipts": ("receipts", {"entered": "desk"}),
    "spends": ("receipts", {"entered": "desk", "points": "spent"}),
    "overrides": ("receipts", {"entered": "desk", "points": "override"}),
    "refunds": ("refunds", {}),
    "reviews": ("reviews", {"bonus": "counted"}),
}


class StaffFilters(PeriodFilters):
    """The staff's work is not of a doctor or of some patients."""

    doctor = tier = tag = source = social_group = None


class BonusFilters(StaffFilters):
    """A statement by months."""

    usual_period = "last_12_months"


class StaffReport(Report):
    code = "staff_activity"
    title = _("Staff activity")
    lead = _("Who registered, sold and refunded how much. What deserves a look is on the page «Staff activity».")
    section = _("Staff")
    order = 210
    permissions = PERMISSIONS
    filters = StaffFilters
    columns = (
        Column("person", pgettext_lazy("of the staff", "Person"), Unit.TEXT),
        Column("registrations", _("Members registered"), Unit.COUNT),
        Column("referrals", _("Inviters recorded"), Unit.COUNT),
        Column("receipts", _("Receipts"), Unit.COUNT, _("Entered at the desk.")),
        Column("spends", _("With points spent"), Unit.COUNT),
        Column("overrides", _("Without the patient's code"), Unit.COUNT, _("Of those with points spent.")),
        Column("refunds", pgettext_lazy("of money", "Refunds"), Unit.COUNT),
    )
    charts = (ChartPlan(ChartKind.BARS, _("Receipts by person"), "person", ("receipts",)),)

    def rows(self, scope: Scope) -> Iterator[Row]:
        for one in read_activity(scope):
            yield (
                Named(staff_name(one.user), str(one.user.pk)), one.registrations, one.referrals, one.receipts,
                one.spends, one.overrides, one.refunds,
            )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        list_code, filters = LISTS.get(column.code, ("", {}))
        return Behind(list_code, {"person": code_of(row[0]), **filters}) if list_code else None


class StaffBonusReport(Report):
    code = "staff_bonus"
    title = _("Bonus of the staff")
    lead = _("What each person earned by month, at the rates in force in it.")
    section = _("Staff")
    order = 220
    permissions = (*PERMISSIONS, "loyalty.view_staffbonusrate")
    filters = BonusFilters
    entered_in = "loyalty.staffbonusrate"
    empty_text = _("No bonus in this period. Rates are set under «Bonuses of the staff».")
    columns = (
        Column("month", _("Month"), Unit.MONTH),
        Column("person", pgettext_lazy("of the staff", "Person"), Unit.TEXT),
        Column("registrations", _("Members registered"), Unit.COUNT, _("Who agreed to the rules at the desk.")),
        Column("referrals", _("Inviters recorded"), Unit.COUNT, _("«Who recommended you?», asked at the desk.")),
        Column(
            "reviews", _("Reviews"), Unit.COUNT,
            _("Accepted in the month, of patients whose last receipt in the 30 days before was entered by the"
              " person."),
        ),
        Column("roubles", _("Bonus, roubles"), Unit.MONEY, AMOUNT, is_derived=True),
        Column("points", _("Bonus, points"), Unit.POINTS, AMOUNT, is_derived=True),
    )  # fmt: skip

    def rows(self, scope: Scope) -> Iterator[Row]:
        for bonus in read_bonuses(scope):
            is_points = bonus.unit is StaffBonusRate.Unit.POINTS
            yield (
                bonus.month, Named(staff_name(bonus.user), str(bonus.user.pk)), bonus.counts.registrations,
                bonus.counts.referrals, bonus.counts.reviews,
                None if is_points else Decimal(bonus.amount), bonus.amount if is_points else None,
            )  # fmt: skip

    def totals(self, scope: Scope) -> Row:
        bonuses = list(read_bonuses(scope))
        sums = {unit: sum(bonus.amount for bonus in bonuses if bonus.unit is unit) for unit in StaffBonusRate.Unit}
        return (
            None, None, sum(bonus.counts.registrations for bonus in bonuses),
            sum(bonus.counts.referrals for bonus in bonuses), sum(bonus.counts.reviews for bonus in bonuses),
            Decimal(sums[StaffBonusRate.Unit.ROUBLES]), sums[StaffBonusRate.Unit.POINTS],
        )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        list_code, filters = LISTS.get(column.code, ("", {}))
        if not list_code:
            return None
        if row[0] is not None:
            days = month_filters(scope.days, str(row[0]))
            return Behind(list_code, {"person": code_of(row[1]), **days, **filters})
        first = max(first_rated_day() or scope.days.last, scope.days.first)
        return Behind(list_code, {**days_filters(Days(first, scope.days.last)), **filters})
