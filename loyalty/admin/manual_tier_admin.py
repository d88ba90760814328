"""Tiers by hand: who gave which one to whom, why and to which day. Read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinics.admin_pages import OwnClinicsFilter, only_own_clinics
from loyalty.admin.people_search import SearchedByPatient
from loyalty.models import ManualTier


class HomeClinicFilter(OwnClinicsFilter):
    field = "patient__home_clinic"


@admin.register(ManualTier)
class ManualTierAdmin(SearchedByPatient):
    list_display = ("id", "granted_at", "patient", "tier", "ends_on", "author", "ended_at")
    list_filter = (HomeClinicFilter,)
    list_select_related = ("patient", "author")
    ordering = ("-id",)
    fields = ("patient", "tier", "reason", "ends_on", "author", "granted_at", "ended_at", "ended_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ManualTier]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="patient__home_clinic")
