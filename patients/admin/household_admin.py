"""Households: people who are reached together."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin, own_clinics
from clinics.scope import clinics_of
from patients.models import Household
from patients.search import active_patients, matching_patients


@admin.register(Household)
class HouseholdAdmin(PortalAdmin):
    title_add = _("New household")
    list_display = ("name", "contact")
    list_select_related = ("contact",)
    autocomplete_fields = ("contact",)
    search_fields = ("name",)
    search_help_text = _("Name of the household; phone, card number or last name of anybody in it")
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(people__home_clinic__in=clinics_of(request.user).values("pk")).distinct()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        clinic_ids = [clinic.pk for clinic in own_clinics(request)]
        people = matching_patients(search_term, rows=active_patients(), clinic_ids=clinic_ids)
        of_people = Q(pk__in=people.exclude(household=None).values("household"))
        return queryset.filter(Q(name__icontains=search_term.strip()) | of_people), False
