"""How figures are counted. A month that is over keeps its way."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin
from loyalty.models import FigureSetting


@admin.register(FigureSetting)
class FigureSettingAdmin(PortalAdmin):
    title_add = _("Count figures in another way")
    list_display = ("month_text", "client_months", "old_discount_percent")
    ordering = ("-from_month",)
    fields = ("from_month", "client_months", "old_discount_percent")

    @admin.display(description=_("from the month"), ordering="from_month")
    def month_text(self, setting: FigureSetting) -> str:
        return f"{setting.from_month:%m.%Y}"
