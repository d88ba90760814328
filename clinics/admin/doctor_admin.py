"""Doctors of the person's own clinics."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import OwnClinicsAdmin, OwnClinicsFilter
from clinics.models import Doctor
from clinics.scope import clinics_of


class DoctorClinicFilter(OwnClinicsFilter):
    field = "clinics"


@admin.register(Doctor)
class DoctorAdmin(OwnClinicsAdmin):
    title_add = _("New doctor")
    list_display = ("name", "code", "is_active")
    list_filter = ("is_active", DoctorClinicFilter)
    search_fields = ("name", "=code")
    prepopulated_fields = {"code": ("name",)}
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Doctor]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(clinics__in=clinics_of(request.user).values("pk")).distinct()
