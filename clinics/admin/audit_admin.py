"""The audit: who did an act and why."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinics.admin_pages import FactAdmin, OwnClinicsFilter, only_own_clinics
from clinics.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(FactAdmin):
    list_display = ("at", "code", "actor", "clinic", "target_type", "target_id", "reason")
    list_filter = (OwnClinicsFilter,)
    list_select_related = ("actor", "clinic")
    search_fields = ("=code", "=target_id")
    ordering = ("-at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")
