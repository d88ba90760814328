"""The journal of the nights: what ran for which clinic, and how much it did."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinics.admin_pages import FactAdmin, OwnClinicsFilter, only_own_clinics
from loyalty.models import NightlyRun


@admin.register(NightlyRun)
class NightlyRunAdmin(FactAdmin):
    list_display = ["day", "clinic", "step", "accounts", "points", "finished_at"]
    list_filter = ["step", OwnClinicsFilter]
    list_select_related = ["clinic"]
    ordering = ["-day", "clinic", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[NightlyRun]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")
