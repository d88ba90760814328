"""Receipts and refunds: facts with their lines."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.admin_money import money_display
from clinics.admin_pages import FactInline, OwnClinicsFilter, only_own_clinics
from clinics.number_texts import number_text, signed_text
from loyalty.admin.people_search import SearchedByPatient
from loyalty.models import Receipt, ReceiptLine, Refund, RefundLine, Source
from loyalty.models.receipt import DESK
from loyalty.program.versions import compiled_version
from loyalty.texts.explanations import explain
from patients.source_titles import source_title


class ReceiptClinicFilter(OwnClinicsFilter):
    field = "receipt__clinic"


class ReceiptLineInline(FactInline):
    model = ReceiptLine
    fields = (
        "name", "doctor", "quantity", "price_text", "discount_text", "points_value_text", "paid_text", "given",
    )  # fmt: skip
    readonly_fields = fields
    ordering = ("position",)
    price_text = money_display(ReceiptLine, "price")
    discount_text = money_display(ReceiptLine, "discount")
    points_value_text = money_display(ReceiptLine, "points_value")
    paid_text = money_display(ReceiptLine, "paid")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceiptLine]:
        rows = super().get_queryset(request).select_related("service", "category", "doctor")
        return rows.prefetch_related("awards")

    @admin.display(description=_("service"))
    def name(self, line: ReceiptLine) -> str:
        return str(line)

    @admin.display(description=_("points earned"))
    def given(self, line: ReceiptLine) -> int:
        return sum(award.points for award in line.awards.all())


@admin.register(Receipt)
class ReceiptAdmin(SearchedByPatient):
    import_page = "import_receipts"
    import_permissions = ("loyalty.import_people",)
    inlines = (ReceiptLineInline,)
    list_display = (
        "id",
        "paid_at",
        "patient",
        "clinic",
        "price_text",
        "spent",
        "paid_text",
        "earned",
        "actor",
    )
    list_filter = (OwnClinicsFilter, "identified_by", "proven_by")
    list_select_related = ("patient", "clinic", "actor")
    number_field = "pk"
    ordering = ("-paid_at", "-id")
    readonly_fields = (
        "price_text", "discount_text", "points_value_text", "paid_text", "spent", "earned", "why", "tier_title",
        "source", "refund_link", "came_by",
    )  # fmt: skip
    price_text = money_display(Receipt, "price")
    discount_text = money_display(Receipt, "discount")
    points_value_text = money_display(Receipt, "points_value")
    paid_text = money_display(Receipt, "paid")

    def get_fields(self, request: HttpRequest, obj: Receipt | None = None) -> Any:
        """The desk's own document is a key for machines: only an imported one can be looked up by people."""
        is_desk = obj is None or obj.source_system == DESK
        proof = ("proven_by", "override_reason") if obj and obj.override_reason else "proven_by"
        source = ("source",) if is_desk else ("source", "document", "revision")
        replaces = ("replaces",) if obj and obj.replaces_id else ()
        people = ("patient", "treated", "clinic") if obj and obj.treated_id else ("patient", "clinic")
        return (
            people, ("paid_at", "visit_closed_at", "actor"),
            ("identified_by", "booked_online", "came_by"), proof,
            ("price_text", "discount_text", "points_value_text", "paid_text"), ("spent", "earned"),
            "why", ("program_version", "tier_title"), source, *replaces, "refund_link",
        )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")

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
        return " ".join((*explained.discounts, *explained.earnings, *explained.spend, *explained.receipt)) or "—"

    @admin.display(description=_("tier"))
    def tier_title(self, receipt: Receipt) -> str:
        tiers = compiled_version(receipt.program_version).tiers if receipt.tier else ()
        titles = {tier.code: tier.title.in_language(get_language() or "") for tier in tiers}
        return titles.get(receipt.tier, receipt.tier) or "—"

    @admin.display(description=_("source channel"))
    def came_by(self, receipt: Receipt) -> str:
        return source_title(receipt.channel)

    @admin.display(description=_("source system"), ordering="source_system")
    def source(self, receipt: Receipt) -> str:
        return str(Source.DESK.label) if receipt.source_system == DESK else receipt.source_system

    @admin.display(description=_("refund"))
    def refund_link(self, receipt: Receipt) -> str:
        if receipt.refunds.filter(is_complete=True).exists():
            return str(_("refunded in full"))
        return format_html('<a href="{}">{}</a>', reverse("admin:desk_refund", args=[receipt.pk]), _("Refund…"))


class RefundLineInline(FactInline):
    model = RefundLine
    fields = ("line", "price_text", "money_text", "points_returned")
    readonly_fields = fields
    ordering = ("id",)
    price_text = money_display(RefundLine, "price")
    money_text = money_display(RefundLine, "money")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundLine]:
        return super().get_queryset(request).select_related("line__service", "line__category")


@admin.register(Refund)
class RefundAdmin(SearchedByPatient):
    inlines = (RefundLineInline,)
    list_display = (
        "id",
        "at",
        "receipt",
        "patient",
        "reason",
        "money_text",
        "points_returned",
        "points_taken",
        "actor",
    )
    list_filter = (ReceiptClinicFilter, "reason")
    list_select_related = ("receipt__patient", "actor")
    patient_field = "receipt__patient"
    number_field = "receipt"
    ordering = ("-id",)
    fields = (
        ("receipt", "patient"), ("at", "actor"), ("reason", "note"),
        ("money_text", "points_returned", "points_taken"), "is_complete",
    )  # fmt: skip
    readonly_fields = ("patient", "money_text")
    money_text = money_display(Refund, "money")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="receipt__clinic")

    @admin.display(description=_("patient"))
    def patient(self, refund: Refund) -> Any:
        return refund.receipt.patient
