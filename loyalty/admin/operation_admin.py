"""The ledger's journal: operations with their entries."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import LONGEST_ID, FactAdmin, only_own_clinics
from clinics.number_texts import signed_text
from clinics.scope import clinics_of
from loyalty.admin.people_search import SEARCH_HELP, facts_of_found_patients
from loyalty.models import Account, Entry, Operation
from loyalty.program.versions import compiled_version
from loyalty.texts.operation_reasons import Act, operation_reason, read_names

# A slice of the nightly burning has thousands of entries.
MOST_ENTRIES = 20


class AccountFilter(admin.SimpleListFilter):
    """The operations of one account, to which the patient's card leads; it is not offered otherwise."""

    title = _("account")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = request.GET.get(self.parameter_name, "")
        if not value.isdecimal() or len(value) > LONGEST_ID:
            return []
        accounts = only_own_clinics(
            request=request, rows=Account.objects.select_related("patient"), field="patient__home_clinic"
        )
        return [(value, str(account.patient)) for account in accounts.filter(pk=value)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Operation]) -> QuerySet[Operation]:
        value = self.value()
        return queryset.filter(entries__account_id=int(value)) if value else queryset


@admin.register(Operation)
class OperationAdmin(FactAdmin):
    list_display = ("id", "effective_at", "kind", "source", "actor", "reason")
    list_filter = (AccountFilter, "kind", "source")
    list_select_related = ("actor", "program_version")
    search_fields = ("id",)
    search_help_text = SEARCH_HELP
    ordering = ("-id",)
    fields = (
        ("kind", "source"), ("effective_at", "recorded_at"), ("actor", "reason"), "moved", "reversal_of", "why",
    )  # fmt: skip
    readonly_fields = ("moved", "why")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        own = Entry.objects.filter(
            operation=OuterRef("pk"), account__patient__home_clinic__in=clinics_of(request.user).values("pk")
        )
        return rows.filter(Exists(own))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Operation | None:
        """With its entries on the person's own patients: a night's burning touches all clinics."""
        operation: Operation | None = super().get_object(request, object_id, from_field)
        if operation is not None:
            entries = operation.entries.select_related("account__patient").order_by("id")
            own = only_own_clinics(request=request, rows=entries, field="account__patient__home_clinic")
            operation.shown_entries = list(own[: MOST_ENTRIES + 1])  # type: ignore[attr-defined]
        return operation

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        entries = facts_of_found_patients(
            request=request, rows=Entry.objects.all(), text=search_term, patient_field="account__patient",
            number_field="operation",
        )  # fmt: skip
        return queryset.filter(pk__in=entries.values("operation")), False

    def object_title(self, obj: Operation) -> str:
        return f"№ {obj.pk}"

    @admin.display(description=_("points moved"))
    def moved(self, operation: Operation) -> SafeString | str:
        entries: list[Entry] = getattr(operation, "shown_entries", [])
        rows = [(str(entry.account.patient or entry.account), signed_text(entry.units)) for entry in entries]
        shown = format_html_join("", "<div>{}: {}</div>", rows[:MOST_ENTRIES])
        return shown if len(rows) <= MOST_ENTRIES else shown + "…"

    @admin.display(description=_("why"))
    def why(self, operation: Operation) -> str:
        """By the program that the operation was made by."""
        version = operation.program_version
        act = Act(operation.pk, operation.reversal_of_id, operation.reason, operation.explanation or {})
        program = compiled_version(version) if version else None
        return operation_reason(act, program=program, names=read_names([act])) or "—"
