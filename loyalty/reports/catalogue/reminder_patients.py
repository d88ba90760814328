"""Patients behind the numbers of reminders: step by step, and in the groups that are compared."""

from collections.abc import Iterator

import django_filters
from django.utils.translation import gettext_lazy as _

from loyalty.figures import reminders
from loyalty.reports.catalogue.reminders import COUNTED, ReminderFilters
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.figure_cells import money, person_name
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope

PERMISSIONS = (VIEW_REPORTS, "patients.view_patient")
REMINDED, HELD_OUT = "reminded", "held_out"
_PERSON = (
    Column("number", _("No."), Unit.TEXT),
    Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
    Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
)


class RungPatientFilters(ReminderFilters):
    rung = django_filters.NumberFilter(label=_("Days before burning"), min_value=0, max_value=365)
    part = django_filters.ChoiceFilter(
        label=_("Patients"),
        empty_label=_("All"),
        choices=[
            ("planned", _("Who were to be reminded")), ("delivered", _("Who got a reminder")),
            ("receipts", _("Who came")), ("held_out", _("Held out")),
        ],
    )  # fmt: skip


class ReminderPatients(Report):
    code = "reminder_patients"
    title = _("Patients of the reminders")
    lead = _("Whom reminders of the period were for, a row for each step on which a patient stood.")
    section = _("Patients")
    order = 935
    opens = "patients.patient"
    permissions = PERMISSIONS
    filters = RungPatientFilters
    columns = (
        *_PERSON,
        Column("days", _("Days before burning"), Unit.COUNT),
        Column("planned", _("Planned"), Unit.COUNT, _("Without the hold-out group.")),
        Column("delivered", _("Delivered"), Unit.COUNT, _("Taken by the channel.")),
        Column("receipts", _("Purchases"), Unit.COUNT, COUNTED),
        Column("paid", _("Revenue"), Unit.MONEY, _("Paid in money on these purchases, net of refunds.")),
        Column("points", _("Points spent"), Unit.POINTS, _("On these purchases, less those given back.")),
        Column("held_out", _("Held out"), Unit.COUNT, _("Reminders that the hold-out group did not get.")),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        rung, part = scope.choices.get("rung"), scope.choices.get("part")
        for one in reminders.list_rung_patients(scope, window=reminders.attribution_days(scope)):
            if rung in {None, one.days_before} and (part is None or getattr(one, part)):
                yield (
                    str(one.patient_id), person_name(one.patient, patient_id=one.patient_id), one.phone,
                    one.days_before, one.planned, one.delivered, one.receipts, money(one.paid), one.points,
                    one.held_out,
                )  # fmt: skip

    def count(self, scope: Scope) -> int:
        return sum(1 for _row in self.rows(scope))


class TriedFilters(ReminderFilters):
    group = django_filters.ChoiceFilter(
        label=_("Group"),
        empty_label=_("Both"),
        choices=[(REMINDED, _("Who were to be reminded")), (HELD_OUT, _("Held out"))],
    )
    came = django_filters.ChoiceFilter(
        label=_("Purchases"), empty_label=_("All patients"), choices=[("yes", _("Who came"))]
    )


class TriedPatients(Report):
    code = "reminder_groups"
    title = _("Reminded and held out")
    lead = _(
        "Patients of the two groups that are compared, each once in a group, with their purchases from the moment "
        "the reminder was due."
    )
    section = _("Patients")
    order = 936
    opens = "patients.patient"
    permissions = PERMISSIONS
    filters = TriedFilters
    columns = (
        *_PERSON,
        Column("group", _("Group"), Unit.TEXT),
        Column("receipts", _("Purchases"), Unit.COUNT, _("Within the days that the program gives a reminder.")),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        names = {False: str(_("was to be reminded")), True: str(_("held out"))}
        group, only_came = scope.choices.get("group"), scope.choices.get("came") == "yes"
        for one in reminders.list_tried(scope, window=reminders.attribution_days(scope)):
            own = HELD_OUT if one.is_held_out else REMINDED
            if group in {None, own} and (one.receipts or not only_came):
                yield (
                    str(one.patient_id), person_name(one.patient, patient_id=one.patient_id), one.phone,
                    names[one.is_held_out], one.receipts,
                )  # fmt: skip

    def count(self, scope: Scope) -> int:
        return sum(1 for _row in self.rows(scope))
