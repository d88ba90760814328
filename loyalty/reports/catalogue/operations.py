"""Operations of the ledger one by one: the rows behind the numbers of points."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db.models import BigIntegerField, Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from loyalty.models import Entry, OperationKind, Unit
from loyalty.reports.catalogue.points_flow import KINDS_OF
from loyalty.reports.columns import Column, Row, Thing
from loyalty.reports.columns import Unit as CellUnit
from loyalty.reports.filters import PatientFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope
from patients.models import Patient

ACTS = [
    ("issued", _("Issued")),
    ("spent", _("Spent points")),
    ("returned", _("Returned")),
    ("taken_back", _("Taken back")),
    ("burnt", _("Burnt")),
    ("by_hand", _("By hand")),
    ("moved", _("Moved")),
]


class OperationFilters(PatientFilters):
    act = django_filters.ChoiceFilter(label=_("What happened"), empty_label=_("Anything"), choices=ACTS)


class OperationList(Report):
    code = "operations"
    title = _("Operations with points")
    lead = _("Everything that moved points in the period.")
    section = _("Points")
    order = 290
    permissions = (VIEW_REPORTS, "loyalty.view_operation")
    filters = OperationFilters
    columns = (
        Column("number", _("Operation"), CellUnit.TEXT),
        Column("at", _("When"), CellUnit.MOMENT, _("When it had its effect, by the clock of the home clinic.")),
        Column("clinic", _("Home clinic"), CellUnit.TEXT),
        Column("kind", _("What happened"), CellUnit.TEXT),
        Column("patient", _("Patient"), CellUnit.TEXT, is_personal=True),
        Column("phone", _("Phone"), CellUnit.PHONE, is_personal=True),
        Column("receipt", _("Receipt"), CellUnit.TEXT),
        Column("points", _("Points"), CellUnit.POINTS, _("Above zero: given to the patient; below: taken off.")),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        places = {clinic.pk: (clinic.name, clinic.tz) for clinic in scope.clinics}
        kinds = dict(OperationKind.choices)
        entries = _asked_entries(scope).annotate(
            receipt=Coalesce("operation__earned_on__id", "operation__spent_on__id")
        )
        related = entries.select_related("operation", "account__patient", "account__household")
        for entry in related.order_by("-operation__effective_at", "-id").iterator(chunk_size=2000):
            name, zone = places[entry.home]
            patient = entry.account.patient
            yield (
                str(entry.operation_id),
                entry.operation.effective_at.astimezone(zone),
                name,
                str(kinds[entry.operation.kind]),
                str(patient or entry.account.household),
                patient.phone if patient is not None else None,
                str(entry.receipt) if entry.receipt is not None else None,
                entry.units,
            )

    def totals(self, scope: Scope) -> Row:
        sums = _asked_entries(scope).aggregate(number=Count("id"), points=Sum("units"))
        return (str(sums["number"]), None, None, None, None, None, None, sums["points"] or 0)

    def count(self, scope: Scope) -> int:
        return _asked_entries(scope).count()

    def behind(self, scope: Scope, column: Column, row: Row) -> Thing | None:
        models = {"number": "loyalty.operation", "receipt": "loyalty.receipt"}
        if column.code not in models:
            return None
        return Thing(models[column.code], int(str(self.value(row, column.code))))


def _asked_entries(scope: Scope) -> QuerySet[Any]:
    """With `home`, the clinic whose calendar counts."""
    first_person = Patient.objects.filter(household=OuterRef("account__household")).order_by("id")
    home = Coalesce(
        "account__patient__home_clinic_id",
        "account__household__contact__home_clinic_id",
        Subquery(first_person.values("home_clinic_id")[:1]),
        output_field=BigIntegerField(),
    )
    rows = Entry.objects.annotate(home=home).filter(scope.during("operation__effective_at", clinic="home"))
    rows = rows.filter(account__unit=Unit.POINTS).exclude(units=0)
    if not scope.segment.is_everybody:
        rows = rows.filter(account__patient__in=scope.segment.patients())
    if "act" in scope.choices:
        rows = rows.filter(operation__kind__in=KINDS_OF[scope.choices["act"]])
    return rows
