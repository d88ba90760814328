"""Doctors: their revenue, their patients, and how many of these came again."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from clinics.models import Doctor
from loyalty.figures.sales import read_doctor_returns
from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Row, Unit
from loyalty.reports.figure_cells import Named, code_of, money, rate
from loyalty.reports.filters import LongPeriodFilters
from loyalty.reports.report import Report
from loyalty.reports.scope import Scope


class DoctorReturns(Report):
    code = "doctor_returns"
    title = _("Return by doctor")
    lead = _("Whose patients come again, to the same doctor or to another one.")
    section = _("Sales")
    order = 60
    filters = LongPeriodFilters
    columns = (
        Column("doctor", _("Doctor"), Unit.TEXT),
        Column("patients", _("Patients"), Unit.COUNT, _("With a purchase that has a line of the doctor.")),
        Column("again", _("Came again to the doctor"), Unit.COUNT, _("Twice or more in the period.")),
        Column("rate", _("Return to the doctor"), Unit.RATE),
        Column(
            "again_to_anyone", _("Came again to anyone"), Unit.COUNT, _("With two purchases or more, whosever.")
        ),
        Column("rate_to_anyone", _("Return to the clinics"), Unit.RATE),
        Column("paid", _("Revenue"), Unit.MONEY, _("Of the doctor's own lines, net of refunds.")),
    )
    charts = (ChartPlan(ChartKind.BARS, _("Return by doctor"), "doctor", ("rate", "rate_to_anyone")),)

    def rows(self, scope: Scope) -> Iterator[Row]:
        returns = read_doctor_returns(scope)
        names = dict(Doctor.objects.filter(pk__in=[row.doctor_id for row in returns]).values_list("pk", "name"))
        for row in sorted(returns, key=lambda one: (-one.patients, one.doctor_id)):
            yield (
                Named(names[row.doctor_id], str(row.doctor_id)), row.patients, row.again, rate(row.rate),
                row.again_to_anyone, rate(row.rate_to_anyone), money(row.paid),
            )  # fmt: skip

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        doctor = {"doctor": code_of(row[0])}
        match column.code:
            case "patients":
                return Behind("buyers", doctor)
            case "again" | "rate":
                return Behind("buyers", doctor | {"repeat": "yes"})
            case "again_to_anyone" | "rate_to_anyone":
                # With a doctor chosen, anyone is that doctor.
                return Behind("buyers", doctor | {"repeat": "anyone" if scope.doctor_id is None else "yes"})
            case "paid":
                return Behind("sales", doctor)
            case _:
                return None
