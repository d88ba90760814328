"""What the staff did, one by one: members registered, inviters recorded, refunds given."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Min, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.models import Refund
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.person_filter import PersonFilters, staff_name
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope
from loyalty.staff_activity import given_refunds, recorded_inviters, registered
from patients.models import Patient

PERSON = Column("person", pgettext_lazy("of the staff", "Person"), Unit.TEXT)


class StaffListFilters(PersonFilters):
    """As in the reports of the staff: not of a doctor or of some patients."""

    doctor = tier = tag = source = social_group = None


class _StaffList(Report):
    section = _("Staff")
    filters = StaffListFilters

    def asked(self, scope: Scope) -> QuerySet[Any]:
        raise NotImplementedError

    def count(self, scope: Scope) -> int:
        return self.asked(scope).count()


class RegistrationList(_StaffList):
    code = "registrations"
    title = _("Members registered")
    lead = _("Who agreed to the rules at the desk in the period, and who of the staff asked.")
    order = 950
    opens = "patients.patient"
    permissions = (VIEW_REPORTS, "clinics.view_staffmember", "patients.view_patient")
    columns = (
        Column("number", _("No."), Unit.TEXT),
        Column("at", _("When"), Unit.MOMENT, _("By the clock of the home clinic.")),
        Column("clinic", _("Home clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        PERSON,
    )

    def asked(self, scope: Scope) -> QuerySet[Any]:
        """Of a patient who agreed to one person more than once, the first time."""
        rows = _of_person(registered(scope), scope, field="actor")
        return rows.order_by().values("actor", "patient").annotate(first_at=Min("at"))

    def rows(self, scope: Scope) -> Iterator[Row]:
        found = list(self.asked(scope).order_by("-first_at", "patient"))
        people = _people({row["actor"] for row in found})
        patients = Patient.objects.select_related("home_clinic").in_bulk({row["patient"] for row in found})
        for row in found:
            patient = patients[row["patient"]]
            clinic = patient.home_clinic
            yield (
                str(patient.pk), row["first_at"].astimezone(clinic.tz), clinic.name, str(patient), patient.phone,
                people[row["actor"]],
            )  # fmt: skip


class RecommendationList(_StaffList):
    code = "recommendations"
    title = _("Inviters recorded")
    lead = _("Whom friends recommended the clinics to, and who of the staff recorded it.")
    order = 951
    opens = "patients.patient"
    permissions = RegistrationList.permissions
    columns = (
        Column("number", _("No."), Unit.TEXT),
        Column("at", _("When"), Unit.MOMENT, _("By the clock of the home clinic.")),
        Column("clinic", _("Home clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("inviter", _("Invited by"), Unit.TEXT, is_personal=True),
        PERSON,
    )

    def asked(self, scope: Scope) -> QuerySet[Any]:
        return _of_person(recorded_inviters(scope), scope, field="set_by")

    def rows(self, scope: Scope) -> Iterator[Row]:
        edges = self.asked(scope).select_related("patient__home_clinic", "inviter", "set_by")
        for edge in edges.order_by("-set_at", "-id").iterator(chunk_size=2000):
            clinic = edge.patient.home_clinic
            yield (
                str(edge.patient_id), edge.set_at.astimezone(clinic.tz), clinic.name, str(edge.patient),
                edge.patient.phone, str(edge.inviter), staff_name(edge.set_by),
            )  # fmt: skip


class RefundList(_StaffList):
    code = "refunds"
    title = _("Refunds given at the desk")
    lead = _("What was given back in the period, why, and who of the staff did it.")
    order = 952
    opens = "loyalty.receipt"
    permissions = (VIEW_REPORTS, "clinics.view_staffmember", "loyalty.view_receipt")
    columns = (
        Column("number", _("Receipt"), Unit.TEXT),
        Column("at", _("When"), Unit.MOMENT, _("By the clock of the clinic.")),
        Column("clinic", _("Clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("money", _("Given back"), Unit.MONEY),
        Column("reason", _("Reason"), Unit.TEXT),
        PERSON,
    )

    def asked(self, scope: Scope) -> QuerySet[Any]:
        return _of_person(given_refunds(scope), scope, field="actor")

    def rows(self, scope: Scope) -> Iterator[Row]:
        reasons = dict(Refund.Reason.choices)
        refunds = self.asked(scope).select_related("receipt__patient", "receipt__clinic", "actor")
        for refund in refunds.order_by("-at", "-id").iterator(chunk_size=2000):
            receipt = refund.receipt
            yield (
                str(receipt.pk), refund.at.astimezone(receipt.clinic.tz), receipt.clinic.name,
                str(receipt.patient), receipt.patient.phone, refund.money, str(reasons[refund.reason]),
                staff_name(refund.actor),
            )  # fmt: skip


def _of_person(rows: QuerySet[Any], scope: Scope, *, field: str) -> QuerySet[Any]:
    return rows.filter(**{field: scope.choices["person"]}) if "person" in scope.choices else rows


def _people(ids: set[int]) -> dict[int, str]:
    return {user.pk: staff_name(user) for user in User.objects.filter(pk__in=ids)}
