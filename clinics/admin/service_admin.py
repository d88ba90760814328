"""The price list: services and their categories, the same for all clinics."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinics.admin_money import money_display
from clinics.admin_pages import PortalAdmin
from clinics.models import Service, ServiceCategory


@admin.register(ServiceCategory)
class ServiceCategoryAdmin(PortalAdmin):
    title_add = _("New category")
    list_display = ("name", "code", "parent")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    search_fields = ("name", "=code")
    ordering = ("name", "id")


@admin.register(Service)
class ServiceAdmin(PortalAdmin):
    title_add = _("New service")
    import_page = "import_prices"
    import_permissions = ("clinics.add_service", "clinics.change_service", "clinics.add_servicecategory")
    list_display = ("name", "code", "category", "price_text", "is_active")
    list_select_related = ("category",)
    price_text = money_display(Service, "price")
    list_filter = ("is_active",)
    autocomplete_fields = ("category",)
    search_fields = ("name", "=code")
    ordering = ("name", "id")
