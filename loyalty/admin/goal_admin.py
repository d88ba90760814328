"""Goals of the person's clinics and of all together. Progress is told by the report «Goals»."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin, own_clinics
from loyalty.models import Goal


@admin.register(Goal)
class GoalAdmin(PortalAdmin):
    title_add = _("New goal")
    list_display = ("figure", "clinic", "starts_on", "ends_on", "target")
    list_filter = ("figure",)
    list_select_related = ("clinic",)
    ordering = ("-ends_on", "id")
    fields = ("figure", "clinic", ("starts_on", "ends_on"), "target")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Goal]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(Q(clinic=None) | Q(clinic__in=own_clinics(request)))
