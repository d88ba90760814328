"""Goals of the person's clinics and of all together. Progress is told by the report «Goals»."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin, own_clinics
from loyalty.models import Goal
from loyalty.reports.columns import Unit
from loyalty.texts.report_values import value_text


@admin.register(Goal)
class GoalAdmin(PortalAdmin):
    title_add = _("New goal")
    list_display = ("figure", "clinic", "starts_on", "ends_on", "target_text")
    list_filter = ("figure",)
    list_select_related = ("clinic",)
    ordering = ("-ends_on", "id")
    fields = ("figure", "clinic", ("starts_on", "ends_on"), "target")

    def object_title(self, obj: Goal) -> str:
        return f"{capfirst(obj.get_figure_display())}: {self.target_text(obj)}"

    @admin.display(description=_("target"), ordering="target")
    def target_text(self, goal: Goal) -> str:
        return value_text(goal.target, Unit.AVERAGE)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Goal]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(Q(clinic=None) | Q(clinic__in=own_clinics(request)))
