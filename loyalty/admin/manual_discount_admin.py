"""Discounts by hand: who gave them, who decided, which receipt used them. Read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import OwnClinicsFilter, only_own_clinics
from clinics.number_texts import percent_text
from loyalty.admin.people_search import SearchedByPatient
from loyalty.models import ManualDiscount


@admin.register(ManualDiscount)
class ManualDiscountAdmin(SearchedByPatient):
    list_display = ("id", "requested_at", "patient", "clinic", "percent", "status", "requested_by", "approver")
    list_filter = (OwnClinicsFilter, "status")
    list_select_related = ("patient", "clinic", "requested_by", "approver")
    ordering = ("-id",)
    fields = (
        "patient", "clinic", "percent", "reason", "status", "requested_by", "requested_at",
        "approver", "decided_at", "decision_note", "expires_at", "receipt",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ManualDiscount]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")

    @admin.display(description=_("discount"))
    def percent(self, discount: ManualDiscount) -> str:
        return percent_text(discount.rate_bp)
