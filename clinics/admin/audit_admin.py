"""The audit: who did an act and why."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import FactAdmin, OwnClinicsFilter, only_own_clinics
from clinics.audit_titles import act_title, target_title
from clinics.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(FactAdmin):
    list_display = ("at", "act", "actor", "clinic", "target", "reason")
    list_filter = (OwnClinicsFilter,)
    list_select_related = ("actor", "clinic")
    search_fields = ("=code", "=target_id")
    ordering = ("-at", "-id")
    fields = ("at", "act", "actor", "clinic", "target", "reason", "details")
    readonly_fields = ("act", "target")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")

    def object_title(self, obj: AuditEvent) -> str:
        return act_title(obj.code)

    @admin.display(description=_("act"), ordering="code")
    def act(self, event: AuditEvent) -> str:
        return act_title(event.code)

    @admin.display(description=_("object"), ordering="target_id")
    def target(self, event: AuditEvent) -> str:
        return target_title(target_type=event.target_type, target_id=event.target_id)
