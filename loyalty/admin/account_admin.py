"""Points accounts: balances are shown, never edited."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_money import number_display
from clinics.admin_pages import FactInline, only_own_clinics
from loyalty.admin.people_search import SearchedByPatient
from loyalty.admin.reminder_plan_admin import HomeClinicFilter
from loyalty.models import Account, Lot


class LiveLotInline(FactInline):
    model = Lot
    fields = ("amount", "remaining", "is_released", "available_at", "last_day", "never_burns")
    readonly_fields = fields
    ordering = ("expires_at", "id")
    verbose_name_plural = _("what is left, soonest first")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lot]:
        return super().get_queryset(request).filter(remaining__gt=0)


@admin.register(Account)
class AccountAdmin(SearchedByPatient):
    inlines = (LiveLotInline,)
    list_display = ("id", "patient", "balance_text", "pending_text", "debt_text", "rolling_until", "opened_at")
    list_filter = (HomeClinicFilter,)
    list_select_related = ("patient",)
    number_field = "pk"
    ordering = ("-id",)
    fields = (
        ("patient", "unit"), ("balance_text", "pending_text", "debt_text"), ("rolling_until", "opened_at"),
    )  # fmt: skip
    readonly_fields = ("balance_text", "pending_text", "debt_text")
    balance_text = number_display(Account, "balance")
    pending_text = number_display(Account, "pending")
    debt_text = number_display(Account, "debt")

    def object_title(self, obj: Account) -> str:
        return f"№ {obj.pk}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="patient__home_clinic")
