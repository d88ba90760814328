"""Receipts and refunds: facts with their lines."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import FactAdmin, FactInline, OwnClinicsFilter, only_own_clinics
from clinics.number_texts import number_text, signed_text
from loyalty.admin.people_search import SEARCH_HELP, facts_of_found_patients
from loyalty.explanations import explain
from loyalty.models import Receipt, ReceiptLine, Refund, RefundLine
from loyalty.program.versions import compiled_version


class ReceiptClinicFilter(OwnClinicsFilter):
    field = "receipt__clinic"


class ReceiptLineInline(FactInline):
    model = ReceiptLine
    fields = ("name", "quantity", "price", "discount", "points_value", "paid", "given")
    readonly_fields = fields
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceiptLine]:
        return super().get_queryset(request).select_related("service", "category").prefetch_related("awards")

    @admin.display(description=_("service"))
    def name(self, line: ReceiptLine) -> str:
        return str(line)

    @admin.display(description=_("points earned"))
    def given(self, line: ReceiptLine) -> int:
        return sum(award.points for award in line.awards.all())


@admin.register(Receipt)
class ReceiptAdmin(FactAdmin):
    inlines = (ReceiptLineInline,)
    list_display = (
        "id",
        "paid_at",
        "patient",
        "clinic",
        "price",
        "points_spent",
        "paid",
        "points_earned",
        "actor",
    )
    list_filter = (OwnClinicsFilter, "identified_by")
    list_select_related = ("patient", "clinic", "actor")
    search_fields = ("id",)
    search_help_text = SEARCH_HELP
    ordering = ("-paid_at", "-id")
    fields = (
        ("patient", "clinic"), ("paid_at", "actor", "identified_by"),
        ("price", "discount", "points_value", "paid"), ("points_spent", "points_earned"),
        "why", ("program_version", "tier_title"), ("source_system", "document", "revision"), "refund_link",
    )  # fmt: skip
    readonly_fields = ("why", "tier_title", "refund_link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found = facts_of_found_patients(
            request=request, rows=queryset, text=search_term, patient_field="patient", number_field="pk"
        )
        return found, False

    @admin.display(description=_("points spent"), ordering="points_spent")
    def spent(self, receipt: Receipt) -> str:
        return number_text(-receipt.points_spent)

    @admin.display(description=_("points earned"), ordering="points_earned")
    def earned(self, receipt: Receipt) -> str:
        return signed_text(receipt.points_earned)

    @admin.display(description=_("why so many points"))
    def why(self, receipt: Receipt) -> str:
        if not receipt.explanation:
            return "—"
        explained = explain(receipt.explanation, program=compiled_version(receipt.program_version))
        return " ".join((*explained.earnings, *explained.spend, *explained.receipt)) or "—"

    @admin.display(description=_("tier"))
    def tier_title(self, receipt: Receipt) -> str:
        tiers = compiled_version(receipt.program_version).tiers if receipt.tier else ()
        titles = {tier.code: tier.title.in_language(get_language() or "") for tier in tiers}
        return titles.get(receipt.tier, receipt.tier) or "—"

    @admin.display(description=_("refund"))
    def refund_link(self, receipt: Receipt) -> str:
        if receipt.refunds.filter(is_complete=True).exists():
            return str(_("refunded in full"))
        return format_html('<a href="{}">{}</a>', reverse("admin:desk_refund", args=[receipt.pk]), _("Refund…"))


class RefundLineInline(FactInline):
    model = RefundLine
    fields = ("line", "price", "money", "points_returned")
    readonly_fields = fields
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundLine]:
        return super().get_queryset(request).select_related("line__service", "line__category")


@admin.register(Refund)
class RefundAdmin(FactAdmin):
    inlines = (RefundLineInline,)
    list_display = (
        "id",
        "at",
        "receipt",
        "patient",
        "reason",
        "money",
        "points_returned",
        "points_taken",
        "actor",
    )
    list_filter = (ReceiptClinicFilter, "reason")
    list_select_related = ("receipt__patient", "actor")
    search_fields = ("id",)
    search_help_text = SEARCH_HELP
    ordering = ("-id",)
    fields = (
        ("receipt", "patient"), ("at", "actor"), ("reason", "note"),
        ("money", "points_returned", "points_taken"), "is_complete",
    )  # fmt: skip
    readonly_fields = ("patient",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="receipt__clinic")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found = facts_of_found_patients(
            request=request,
            rows=queryset,
            text=search_term,
            patient_field="receipt__patient",
            number_field="receipt",
        )
        return found, False

    @admin.display(description=_("patient"))
    def patient(self, refund: Refund) -> Any:
        return refund.receipt.patient
