"""Households: people who are reached together."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin
from clinics.scope import clinics_of
from patients.models import Household


@admin.register(Household)
class HouseholdAdmin(PortalAdmin):
    title_add = _("New household")
    list_display = ("name", "contact")
    list_select_related = ("contact",)
    autocomplete_fields = ("contact",)
    search_fields = ("name",)
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(people__home_clinic__in=clinics_of(request.user).values("pk")).distinct()
