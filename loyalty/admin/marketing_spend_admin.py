"""What the channels cost, by month: of the person's clinics and of the network."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from clinics.admin_money import money_display
from clinics.admin_pages import PortalAdmin, own_clinics
from loyalty.admin.spend_page import PERMISSIONS as IMPORT_PERMISSIONS
from loyalty.admin.spend_page import spend_import
from loyalty.models import MarketingSpend


@admin.register(MarketingSpend)
class MarketingSpendAdmin(PortalAdmin):
    title_add = _("Marketing spend of a month")
    list_display = ("month_text", "source", "clinic", "amount_text", "note")
    list_select_related = ("clinic",)
    search_fields = ("source",)
    ordering = ("-month", "source", "id")
    fields = ("source", "month", "clinic", "amount", "note")
    import_page = "spend_import"
    import_permissions = IMPORT_PERMISSIONS
    amount_text = money_display(MarketingSpend, "amount")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(spend_import)
        return [path("import/", page, name="spend_import"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MarketingSpend]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(Q(clinic=None) | Q(clinic__in=own_clinics(request)))

    @admin.display(description=_("month"), ordering="month")
    def month_text(self, spend: MarketingSpend) -> str:
        return f"{spend.month:%m.%Y}"
