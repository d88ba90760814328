"""Patients one by one: contacts, members, those on a tier, those whom friends invited."""

from collections.abc import Iterator

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.figures.panel import list_people
from loyalty.figures.tiers import standings
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.filters import PeriodFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope
from loyalty.reports.sold_filters import NOT_KNOWN, known_tiers
from patients.models import Patient

ON_TIER = "on_tier"


class PatientFilters(PeriodFilters):
    part = django_filters.ChoiceFilter(
        label=_("Patients"),
        empty_label=_("Members by the last day"),
        choices=[
            ("contacts", _("Contacts by the last day")), ("new_members", _("New members")),
            ("imported_members", _("Members from an import")), ("invited", _("Invited by friends")),
            ("visited", _("Invited by friends, with a purchase")), (ON_TIER, _("With a tier now")),
        ],
    )  # fmt: skip
    standing = django_filters.ChoiceFilter(label=_("Tier now"), empty_label=_("Any"), choices=())

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        chosen = super().choices()
        return chosen | {"standing": known_tiers(self, str(self.data.get("standing") or ""), chosen["tier"])}


class PatientList(Report):
    code = "patients"
    title = _("Patients")
    lead = _("Who is known at the clinics as home: contacts, members, those whom friends invited.")
    section = _("Patients")
    order = 925
    opens = "patients.patient"
    permissions = (VIEW_REPORTS, "patients.view_patient")
    filters = PatientFilters
    columns = (
        Column("number", _("No."), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("clinic", _("Home clinic"), Unit.TEXT),
        Column("created", _("Known since"), Unit.DAY),
        Column("joined", _("Agreed to the rules"), Unit.DAY),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        patients = _asked_patients(scope).select_related("home_clinic").order_by("name_key", "id")
        for patient in patients.iterator(chunk_size=2000):
            clinic = patient.home_clinic
            yield (
                str(patient.pk), str(patient), patient.phone, clinic.name,
                patient.created_at.astimezone(clinic.tz).date(),
                patient.joined_at.astimezone(clinic.tz).date() if patient.joined_at is not None else None,
            )  # fmt: skip

    def count(self, scope: Scope) -> int:
        return _asked_patients(scope).count()


def _asked_patients(scope: Scope) -> QuerySet[Patient]:
    part, tier = str(scope.choices.get("part") or "members"), scope.choices.get("standing")
    rows = Patient.objects.filter(pk__in=standings(scope).values("patient")) if part == ON_TIER else None
    if rows is None:
        rows = list_people(scope, part)
    if tier is not None:
        rows = rows.filter(standing__tier="" if tier == NOT_KNOWN else tier)
    return rows
