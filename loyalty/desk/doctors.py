"""Doctors whom the desk of a clinic offers at the lines of a receipt."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from clinics.models import Clinic, Doctor


@dataclass(frozen=True, slots=True)
class OfferedDoctor:
    id: int
    name: str


def with_doctors(clinics: QuerySet[Clinic]) -> QuerySet[Clinic]:
    """The clinics with their active doctors, by the same query: the desk asks for its clinics at every act."""
    doctors = Doctor.objects.filter(clinics=OuterRef("pk"), is_active=True).order_by("name", "id")
    return clinics.annotate(offered_doctors=ArraySubquery(doctors.values(row=JSONObject(id="id", name="name"))))


def doctors_at(clinic: Clinic) -> tuple[OfferedDoctor, ...]:
    """By name; empty where the clinic keeps no doctors: then the lines ask for none."""
    return tuple(OfferedDoctor(**row) for row in getattr(clinic, "offered_doctors", ()))
