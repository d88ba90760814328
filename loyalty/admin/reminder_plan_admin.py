"""Planned reminders, those held out among them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinics.admin_pages import OwnClinicsFilter, only_own_clinics
from loyalty.admin.people_search import SearchedByPatient
from loyalty.models import ReminderPlan


class HomeClinicFilter(OwnClinicsFilter):
    field = "patient__home_clinic"


@admin.register(ReminderPlan)
class ReminderPlanAdmin(SearchedByPatient):
    list_display = ["last_day", "days_before", "patient", "points", "is_held_out", "due_at"]
    list_filter = ["is_held_out", HomeClinicFilter]
    list_select_related = ["patient"]
    ordering = ["-id"]
    fields = ["patient", "last_day", "days_before", "points", "is_held_out", "planned_at", "due_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReminderPlan]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="patient__home_clinic")
