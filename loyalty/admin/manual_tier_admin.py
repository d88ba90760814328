"""Tiers by hand: who gave which one to whom, why and to which day. Read-only."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics import clock
from clinics.admin_pages import OwnClinicsFilter, only_own_clinics
from loyalty.admin.people_search import SearchedByPatient
from loyalty.models import ManualTier
from loyalty.reports.filters import tier_choices


class HomeClinicFilter(OwnClinicsFilter):
    field = "patient__home_clinic"


@admin.register(ManualTier)
class ManualTierAdmin(SearchedByPatient):
    list_filter = (HomeClinicFilter,)
    list_select_related = ("patient", "author")
    ordering = ("-id",)
    fields = ("patient", "tier_text", "reason", "ends_on", "author", "granted_at", "ended_at", "ended_by")
    readonly_fields = ("tier_text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ManualTier]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="patient__home_clinic")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return ("id", "granted_at", "patient", _tier_column(), "ends_on", "author", "ended_at")

    def object_title(self, obj: ManualTier) -> str:
        return self.tier_text(obj)

    @admin.display(description=_("tier"))
    def tier_text(self, given: ManualTier) -> str:
        return _tier_column()(given)


def _tier_column() -> Callable[[ManualTier], str]:
    """Told as the program in force does; one query for all rows."""
    titles = dict(tier_choices(clock.now()))

    @admin.display(description=_("tier"), ordering="tier")
    def tier(given: ManualTier) -> str:
        return titles.get(given.tier, given.tier)

    return tier
